# Runs in the package's staging folder before it is packed: compresses man pages, and makes the changelog that policy asks for.
# Dates come from the commit, so that the same commit gives the same package.
set(root ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
execute_process(COMMAND git -C ${CPACK_KOPI_SOURCE} log -1 "--format=%aD|%at" OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE
                ERROR_QUIET RESULT_VARIABLE problem)
if(problem)
  string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
else()
  string(REGEX REPLACE "\\|.*" "" date "${commit}")
endif()
file(WRITE ${root}/doc/kopi/changelog "kopi (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Release ${CPACK_PACKAGE_VERSION}. What is new is in CHANGELOG.md.

 -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${date}
")
# Linked into the program on purpose, and from sources with the distribution's patches: docs/decisions/0010-dependencies.md.
file(WRITE ${root}/lintian/overrides/kopi "kopi: embedded-library *curl *
kopi: embedded-library *zlib *
")
file(GLOB files ${root}/man/man1/*.1 ${root}/doc/kopi/changelog ${root}/doc/kopi/CHANGELOG.md)
foreach(file ${files})
  execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(GLOB_RECURSE everything LIST_DIRECTORIES false ${root}/*)
list(FILTER everything EXCLUDE REGEX "/doc/kopi/examples/.*/scripts/")
file(CHMOD ${everything} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
