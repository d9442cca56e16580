# Web pages as they are in the tree become part of a library, as rows of name and text in DIRECTORY.inc (pages.cpp).
function(sallyport_pages target directory)
  file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${directory}/*)
  set(rows ${CMAKE_BINARY_DIR}/pages/${directory}.inc)
  add_custom_command(
    OUTPUT ${rows}
    COMMAND ${CMAKE_COMMAND} -DOUT=${rows} "-DPAGES=${pages}" -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${pages} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    VERBATIM)
  set_property(GLOBAL APPEND PROPERTY sallyport_generated ${rows})
  target_sources(${target} PRIVATE ${rows})
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/pages)
endfunction()
