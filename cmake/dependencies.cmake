# Finds the libraries. Where the distribution packages a static archive it is linked: a program that starts in two
# milliseconds cannot spend three of them in the dynamic loader (docs/decisions/0003-start-up.md).
set(KOPI_PREFIX ${CMAKE_SOURCE_DIR}/.deps/prefix)
if(NOT EXISTS ${KOPI_PREFIX}/lib/libgit2.a)
  message(FATAL_ERROR "run scripts/setup first: it builds libgit2 and libcurl below .deps/")
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)

function(kopi_archive target)
  # What scripts/setup built comes before what happens to be installed.
  find_library(${target}_ARCHIVE NAMES ${ARGN} PATHS ${KOPI_PREFIX}/lib NO_CACHE NO_DEFAULT_PATH)
  find_library(${target}_ARCHIVE NAMES ${ARGN} NO_CACHE REQUIRED)
  # Imported, so that CMake knows what each archive needs behind it; a list of paths has no such order.
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${${target}_ARCHIVE})
endfunction()

kopi_archive(dep_zlib libz.a)
kopi_archive(dep_nghttp2 libnghttp2.a)
kopi_archive(dep_pcre2 libpcre2-8.a)
kopi_archive(dep_http_parser libhttp_parser.a libllhttp.a libllhttp.so)
kopi_archive(dep_git2 libgit2.a)
target_link_libraries(dep_git2 INTERFACE dep_http_parser dep_pcre2 dep_zlib Threads::Threads rt)
kopi_archive(dep_curl libcurl.a)
target_compile_definitions(dep_curl INTERFACE CURL_STATICLIB)
target_link_libraries(dep_curl INTERFACE dep_nghttp2 dep_zlib OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
kopi_archive(dep_archive libarchive.a)
target_link_libraries(dep_archive INTERFACE dep_prefix)
kopi_archive(dep_sodium libsodium.a)
target_compile_definitions(dep_sodium INTERFACE SODIUM_STATIC)
kopi_archive(dep_sqlite libsqlite3.a)
target_link_libraries(dep_sqlite INTERFACE Threads::Threads m)
kopi_archive(dep_fyaml libfyaml.a)
kopi_archive(dep_yaml_cpp libyaml-cpp.a)
kopi_archive(dep_utf8proc libutf8proc.a)
target_compile_definitions(dep_utf8proc INTERFACE UTF8PROC_STATIC)

find_package(CLI11 REQUIRED)
add_library(dep_cli11 INTERFACE)
target_link_libraries(dep_cli11 INTERFACE CLI11::CLI11)

add_library(dep_prefix INTERFACE)
target_include_directories(dep_prefix SYSTEM INTERFACE ${KOPI_PREFIX}/include)
foreach(target dep_git2 dep_curl)
  target_link_libraries(${target} INTERFACE dep_prefix)
endforeach()
add_library(dep_asio INTERFACE)
target_link_libraries(dep_asio INTERFACE dep_prefix Threads::Threads)
target_compile_definitions(dep_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_ERROR_CODE_HEADER_ONLY)

kopi_archive(dep_fmt libfmt.a)
target_link_libraries(dep_fmt INTERFACE dep_prefix)
