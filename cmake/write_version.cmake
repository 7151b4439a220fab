# Writes OUTPUT from INPUT with the commit of the source tree, and only when it changed.
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE KOPI_COMMIT ERROR_QUIET
                OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE problem)
if(problem OR KOPI_COMMIT STREQUAL "")
  set(KOPI_COMMIT "unknown")
endif()
configure_file(${INPUT} ${OUTPUT} @ONLY)
