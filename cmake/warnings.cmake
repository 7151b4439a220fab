# Warnings for our own code only: rooms link it privately, third-party headers come in as SYSTEM.
add_library(kopi_warnings INTERFACE)
target_compile_options(kopi_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wunused)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 19)
  # Fields that are not named have their defaults: that is what naming the others is for.
  target_compile_options(kopi_warnings INTERFACE -Wno-missing-designated-field-initializers)
endif()
# Every preset but the one that users build turns a warning into an error; a newer compiler must not break their build.
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release" OR KOPI_TEST_HOOKS)
  target_compile_options(kopi_warnings INTERFACE -Werror)
endif()
if(CMAKE_CXX_FLAGS_DEBUG MATCHES "sanitize=thread" AND CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(kopi_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)  # Asio uses fences, which TSan does not model; gcc warns of it
endif()
