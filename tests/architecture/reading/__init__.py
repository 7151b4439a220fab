"""What the rules read the tree with. A rule is a file beside this folder; see tree.run()."""
