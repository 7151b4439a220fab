# What is installed, and the Debian package: scripts/package.
include(GNUInstallDirs)
set(KOPI_MANUAL ${CMAKE_BINARY_DIR}/manual)  # tools/ writes it

install(TARGETS kopi RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${KOPI_MANUAL}/man1/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(FILES ${KOPI_MANUAL}/completions/bash/kopi DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${KOPI_MANUAL}/completions/fish/kopi.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
# Below /usr/local zsh looks into other folders than those of packages. The prefix is only known when it is installed.
install(CODE "
  set(folder vendor-completions)
  if(CMAKE_INSTALL_PREFIX MATCHES \"^/usr/local\")
    set(folder site-functions)
  endif()
  file(INSTALL DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/zsh/\${folder}\" TYPE FILE FILES \"${KOPI_MANUAL}/completions/zsh/_kopi\")")
# What the pages and messages refer to is there without the source tree.
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/kopi)
install(DIRECTORY docs/guide docs/formats docs/reference docs/decisions DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/kopi/docs)
install(DIRECTORY schemas DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/kopi)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/kopi USE_SOURCE_PERMISSIONS)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/kopi)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME kopi)
set(CPACK_PACKAGE_VENDOR "The kopi authors")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "distribution and package manager for shareable agent profiles")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
# Policy wants compressed man pages and changelogs; a plain installation does not.
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/compress.cmake)
set(CPACK_KOPI_SOURCE ${CMAKE_SOURCE_DIR})

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The kopi authors <kopi@kopi.example>")
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, git, openssh-client")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "kopi installs a whole agent (its character, skills, settings and servers) from
a git repository or a directory, shows what it can do before anything is
written, keeps it up to date without touching what you changed, and talks to
it.
.
Each agent lives in a profile of its own, with its own keys, memory and
sessions.")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
include(CPack)
