# kopi_room(store NEEDS base model USES dep_x): one static library a folder of src/, linked with the rooms it may see.
# tests/architecture reads the same table and holds every #include against it.
function(kopi_room name)
  cmake_parse_arguments(ROOM "" "" "NEEDS;USES;PUBLIC_USES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_library(kopi_${name} STATIC ${sources})
  target_include_directories(kopi_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  foreach(room ${ROOM_NEEDS})
    target_link_libraries(kopi_${name} PUBLIC kopi_${room})
  endforeach()
  target_link_libraries(kopi_${name} PUBLIC ${ROOM_PUBLIC_USES} PRIVATE ${ROOM_USES} kopi_warnings)
  if(KOPI_TEST_HOOKS)
    # Only the files that hold a hook see the switch, so that every other object is the release's own.
    file(GLOB_RECURSE hooked CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*_hook.cpp)
    set_source_files_properties(${hooked} PROPERTIES COMPILE_DEFINITIONS KOPI_TEST_HOOKS=1)
  endif()
endfunction()
