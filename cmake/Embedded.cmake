# The hooks of a node's sshd become bytes of a library (sshd_hooks.inc). They use the C library without naming a version of
# it, so that they are loaded on hosts that have an older one, and nothing else.
add_library(sshd_hooks MODULE tools/sshd_hooks/sshd_hooks.cpp)
set_target_properties(sshd_hooks PROPERTIES PREFIX "")
target_include_directories(sshd_hooks PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_options(sshd_hooks PRIVATE -Os -g0 -U_FORTIFY_SOURCE -fno-exceptions -fno-rtti -fno-threadsafe-statics
  -fno-stack-protector -fno-sanitize=all -Wall -Wextra -Wshadow)
target_link_options(sshd_hooks PRIVATE -nostdlib -s -fno-sanitize=all -Wl,-z,nopack-relative-relocs)

function(sallyport_embed_hooks target)
  set(bytes ${CMAKE_BINARY_DIR}/embedded/sshd_hooks.inc)
  add_custom_command(
    OUTPUT ${bytes}
    COMMAND ${CMAKE_COMMAND} -DOUT=${bytes} -DFILE=$<TARGET_FILE:sshd_hooks>
      -P ${PROJECT_SOURCE_DIR}/cmake/embed_bytes.cmake
    DEPENDS sshd_hooks ${PROJECT_SOURCE_DIR}/cmake/embed_bytes.cmake
    VERBATIM)
  set_property(GLOBAL APPEND PROPERTY sallyport_generated ${bytes})
  target_sources(${target} PRIVATE ${bytes})
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/embedded)
endfunction()
