# Writes OUTPUT: the FILES as a table of raw strings. Pieces stay below the length that compilers must accept.
set(text "#include \"base/embedded.hpp\"\nnamespace kopi {\nnamespace {\nconst EmbeddedFile files[] = {\n")
foreach(file ${FILES})
  file(RELATIVE_PATH name ${FOLDER} ${file})
  file(READ ${file} content HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" content "${content}")
  # 64 bytes a literal; adjacent literals are joined, and a hex escape cannot run on into the next literal.
  string(REGEX REPLACE "((\\\\x[0-9a-f][0-9a-f])(\\\\x[0-9a-f][0-9a-f])(\\\\x[0-9a-f][0-9a-f])(\\\\x[0-9a-f][0-9a-f])(\\\\x[0-9a-f][0-9a-f])(\\\\x[0-9a-f][0-9a-f])(\\\\x[0-9a-f][0-9a-f])(\\\\x[0-9a-f][0-9a-f]))" "\\1\"\n\"" content "${content}")
  file(SIZE ${file} size)
  string(APPEND text "{\"${name}\", {\"${content}\", ${size}}},\n")
endforeach()
string(APPEND text "};\n}\nextern const std::span<const EmbeddedFile> ${VARIABLE};\n")
string(APPEND text "const std::span<const EmbeddedFile> ${VARIABLE}{files};\n}\n")
file(WRITE ${OUTPUT} "${text}")
