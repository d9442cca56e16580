# Tables whose rows stand in the files of what they are about: a file that defines a row is in the table, so that a new one
# touches no list. The rows of a folder's sources, found by a pattern, become ROW(NAME) lines of NAME.inc; a line that fits
# the loose pattern alone is an error.
function(sallyport_rows target name folder loose pattern)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  set(rows ${CMAKE_BINARY_DIR}/rows/${name}.inc)
  add_custom_command(
    OUTPUT ${rows}
    COMMAND ${CMAKE_COMMAND} -DOUT=${rows} "-DSOURCES=${sources}" "-DPATTERN=${pattern}" "-DLOOSE=${loose}"
      -P ${PROJECT_SOURCE_DIR}/cmake/write_rows.cmake
    DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/cmake/write_rows.cmake
    VERBATIM)
  set_property(GLOBAL APPEND PROPERTY sallyport_generated ${rows})
  target_sources(${target} PRIVATE ${rows})
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/rows)
endfunction()
