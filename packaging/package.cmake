# `cmake --install`, and packages by CPack: a .deb and a tarball that can be unpacked anywhere.
include(GNUInstallDirs)
find_program(GZIP gzip REQUIRED)

# The program prints its own manual page and completions: what is installed cannot differ from what it knows.
set(help_dir ${CMAKE_BINARY_DIR}/help)
add_custom_command(
  OUTPUT ${help_dir}/wallcheck.1.gz ${help_dir}/wallcheck.bash ${help_dir}/_wallcheck ${help_dir}/wallcheck.fish
  COMMAND ${CMAKE_COMMAND} -E make_directory ${help_dir}
  COMMAND $<TARGET_FILE:wallcheck> man > ${help_dir}/wallcheck.1
  COMMAND ${GZIP} -9nf ${help_dir}/wallcheck.1
  COMMAND $<TARGET_FILE:wallcheck> completion bash > ${help_dir}/wallcheck.bash
  COMMAND $<TARGET_FILE:wallcheck> completion zsh > ${help_dir}/_wallcheck
  COMMAND $<TARGET_FILE:wallcheck> completion fish > ${help_dir}/wallcheck.fish
  DEPENDS wallcheck
  VERBATIM)

# Changelogs, compressed as Debian wants them, without the time of compression.
set(changelog_date "Thu, 26 Nov 2026 12:00:00 +0000")
configure_file(${CMAKE_CURRENT_LIST_DIR}/changelog.Debian.in ${help_dir}/changelog.Debian @ONLY)
add_custom_command(
  OUTPUT ${help_dir}/changelog.gz ${help_dir}/changelog.Debian.gz
  COMMAND ${GZIP} -9nc ${CMAKE_SOURCE_DIR}/CHANGELOG.md > ${help_dir}/changelog.gz
  COMMAND ${GZIP} -9nc ${help_dir}/changelog.Debian > ${help_dir}/changelog.Debian.gz
  DEPENDS ${CMAKE_SOURCE_DIR}/CHANGELOG.md ${help_dir}/changelog.Debian
  VERBATIM)
add_custom_target(wallcheck_help ALL DEPENDS ${help_dir}/wallcheck.1.gz ${help_dir}/wallcheck.bash ${help_dir}/_wallcheck ${help_dir}/wallcheck.fish
                                            ${help_dir}/changelog.gz ${help_dir}/changelog.Debian.gz)

set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
install(TARGETS wallcheck RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# The program looks for ../share/wallcheck/policies from its own directory.
install(DIRECTORY ${CMAKE_SOURCE_DIR}/policies DESTINATION ${CMAKE_INSTALL_BINDIR}/../share/wallcheck FILES_MATCHING PATTERN "*.json")
install(FILES ${help_dir}/wallcheck.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${help_dir}/wallcheck.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME wallcheck)
install(FILES ${help_dir}/_wallcheck DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${help_dir}/wallcheck.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright ${help_dir}/changelog.gz ${help_dir}/changelog.Debian.gz README.md SECURITY.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")
install(FILES ${CMAKE_CURRENT_LIST_DIR}/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME wallcheck)

# Packing does not build the tests; what is packed has been built before (`cmake --build --preset release`).
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_VENDOR "the wallcheck authors")
set(CPACK_PACKAGE_CONTACT "wallcheck maintainers <maintainers@wallcheck.invalid>")  # there is no address yet
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "prove which network flows a firewall file permits")
set(CPACK_PACKAGE_DESCRIPTION
"wallcheck reads iptables-save files, pf.conf and the JSON of cloud firewalls,
asks for each network flow of a policy whether every packet of it passes in
the documented direction, replies included, and answers with the rule that
decides and a packet that shows it. Nothing is loaded, no packet is sent.
.
Policy packs, among them RightScale's network flows, are in the package.")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
