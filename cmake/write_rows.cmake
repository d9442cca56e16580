# cmake -DOUT=FILE -DSOURCES=FILE;... -DPATTERN=REGEX -DLOOSE=REGEX -P write_rows.cmake: writes ROW(NAME) for each line of
# a source that fits the pattern, whose first group is the name. A line that fits LOOSE and not the pattern is a row that
# would be missed: an error. A file that says the same already stays as it is.
set(rows "")
foreach(source ${SOURCES})
  file(STRINGS ${source} lines REGEX "${LOOSE}")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "${PATTERN}")
      message(FATAL_ERROR "${source}: no row of a table, write it as the others are: ${line}")
    endif()
    string(APPEND rows "ROW(${CMAKE_MATCH_1})\n")
  endforeach()
endforeach()
if(rows STREQUAL "")
  message(FATAL_ERROR "no source has a row: ${PATTERN}")
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "${rows}" @ONLY)
