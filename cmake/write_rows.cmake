# cmake -DOUT=FILE -DSOURCES=FILE;... -DPATTERN=REGEX -P write_rows.cmake: writes ROW(NAME) for each line of a source that
# fits the pattern, whose first group is the name. A file that says the same already stays as it is.
set(rows "")
foreach(source ${SOURCES})
  file(STRINGS ${source} lines REGEX "${PATTERN}")
  foreach(line ${lines})
    string(REGEX REPLACE "${PATTERN}.*" "\\1" name "${line}")
    string(APPEND rows "ROW(${name})\n")
  endforeach()
endforeach()
if(rows STREQUAL "")
  message(FATAL_ERROR "no source has a row: ${PATTERN}")
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "${rows}" @ONLY)
