// What people do to a file: one edit at a time, anywhere in the tree.

import { clone, comment, list, map, part, record, scalar, shuffled, styled, text, value } from "./documents.mjs";

function collections(node, found = []) {
  if (node.kind === "scalar") return found;
  found.push(node);
  for (const each of node.parts) collections(each.value, found);
  return found;
}

const NEW_KEYS = ["temperature", "added", "extra", "model", "notes", "mode", "x.y", "budget"];
const NEW_IDS = ["digest", "backup", "news", "fresh", "extra"];

const idKey = (node) => {
  if (node.kind !== "list" || node.parts.length === 0) return null;
  return ["id", "name"].find((key) => node.parts.every((each) => each.value.kind === "map" && each.value.parts.some((member) => member.key === key))) ?? null;
};
const idOf = (each, key) => each.value.parts.find((member) => member.key === key).value.text;

// Not into a record's own id: that would make another record of it, which a separate edit does.
function pickPart(random, doc) {
  const all = collections(doc.root).filter((node) => node.parts.length > 0);
  if (all.length === 0) return null;
  const node = random.pick(all);
  return { node, at: random.below(node.parts.length) };
}

const EDITS = {
  change(random, doc) {
    const found = pickPart(random, doc);
    if (!found) return;
    const { value: old } = found.node.parts[found.at];
    if (old.kind !== "scalar") return;
    found.node.parts[found.at].value = scalar(random, doc.syntax);
  },
  replace(random, doc) {
    const found = pickPart(random, doc);
    if (found) found.node.parts[found.at].value = value(random, doc.syntax, 2);
  },
  remove(random, doc) {
    const found = pickPart(random, doc);
    if (found) found.node.parts.splice(found.at, 1);
  },
  addKey(random, doc) {
    const maps = collections(doc.root).filter((node) => node.kind === "map");
    if (maps.length === 0) return;
    const node = random.pick(maps);
    const key = random.pick(NEW_KEYS);
    if (node.parts.some((each) => each.key === key)) return;
    node.parts.splice(random.below(node.parts.length + 1), 0, part(random, doc.syntax, value(random, doc.syntax, 2), key));
  },
  addItem(random, doc) {
    const lists = collections(doc.root).filter((node) => node.kind === "list");
    if (lists.length === 0) return;
    const node = random.pick(lists);
    const key = idKey(node);
    let item = scalar(random, doc.syntax);
    if (key) {
      const id = random.pick(NEW_IDS);
      if (node.parts.some((each) => idOf(each, key) === id)) return;
      item = record(random, doc.syntax, 2, key, id);
    }
    node.parts.splice(random.below(node.parts.length + 1), 0, part(random, doc.syntax, item));
  },
  reorder(random, doc) {
    const node = random.pick(collections(doc.root));
    if (random.chance(0.5)) node.parts = shuffled(random, node.parts);
    else if (node.parts.length > 1) node.parts.push(...node.parts.splice(random.below(node.parts.length), 1));
  },
  rename(random, doc) {
    const found = pickPart(random, doc);
    const key = random.pick(NEW_KEYS);
    if (found?.node.kind === "map" && !found.node.parts.some((each) => each.key === key)) found.node.parts[found.at].key = key;
  },
  commentAbove(random, doc) {
    const found = pickPart(random, doc);
    if (found) found.node.parts[found.at].above.push(comment(random));
  },
  commentBehind(random, doc) {
    const found = pickPart(random, doc);
    if (found) found.node.parts[found.at].behind = random.chance(0.8) ? comment(random) : undefined;
  },
  commentGoes(random, doc) {
    const found = pickPart(random, doc);
    if (found) found.node.parts[found.at].above.pop();
  },
  quote(random, doc) {
    const found = pickPart(random, doc);
    const old = found?.node.parts[found.at].value;
    if (old?.kind === "scalar" && (old.style === "single" || old.style === "double")) found.node.parts[found.at].value = text(random, doc.syntax, old.text);
  },
  layout(random, doc) {
    styled(random, doc.syntax, random.pick(collections(doc.root)));
  },
  blank(random, doc) {
    const found = pickPart(random, doc);
    if (found) found.node.parts[found.at].blank = !found.node.parts[found.at].blank;
  },
  grow(random, doc) {
    const found = pickPart(random, doc);
    if (found) found.node.parts[found.at].value = random.chance(0.5) ? map(random, doc.syntax, 2) : list(random, doc.syntax, 2);
  },
};
const OF_DATA = ["change", "change", "change", "change", "replace", "remove", "remove", "addKey", "addKey", "addKey", "addItem", "addItem", "reorder", "rename", "grow"];
const OF_LOOKS = ["commentAbove", "commentAbove", "commentBehind", "commentGoes", "quote", "layout", "blank"];

export function edited(random, base, shared) {
  const doc = clone(base);
  const names = base.syntax === "json" ? [...OF_DATA, "layout", "blank"] : [...OF_DATA, ...OF_LOOKS];
  for (let count = random.pick([0, 1, 1, 2, 3, 4, 6]); count > 0; --count) {
    const own = random.chance(0.15) ? shared() : random;
    EDITS[own.pick(names)](own, doc);
  }
  if (random.chance(0.03)) doc.lastNewline = !doc.lastNewline;
  return doc;
}
