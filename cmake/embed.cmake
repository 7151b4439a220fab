# kopi_embed(target VARIABLE folder glob...): compiles text files into the target as a table
#   extern const std::span<const kopi::EmbeddedFile> VARIABLE;   (base/embedded.hpp), names relative to `folder`.
function(kopi_embed target variable folder)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_${variable}.cpp)
  set(patterns ${ARGN})
  list(TRANSFORM patterns PREPEND ${folder}/)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${patterns})
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DVARIABLE=${variable} -DFOLDER=${folder} "-DFILES=${files}"
            -P ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
    COMMENT "Embedding ${variable}" VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
