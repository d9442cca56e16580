# Generated messages. No generated gRPC services: methods are rows of tables (libcluster/rpc/rpc_table.h,
# libclient/rpc.h), which saves a third of the build.
file(GLOB_RECURSE PROTO_FILES RELATIVE ${PROJECT_SOURCE_DIR}/proto CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/proto/*.proto)
set(PROTO_OUT ${CMAKE_BINARY_DIR}/proto)
file(MAKE_DIRECTORY ${PROTO_OUT})

# Generated code registers the description of every message before main, which was two thirds of what `tsh version` did.
# The line that does so is taken out: protobuf registers a file when something first asks for one of its descriptors.
# Two names that each file has for itself get the file's, so that several files are compiled at a time.
#
# protobuf guards such a late registration against others, and not against threads that read descriptions: programs with
# threads register everything that is linked before their first thread starts (libresources/codec/linked_messages.h).
set(proto_sources)
set(proto_tables "")
foreach(proto ${PROTO_FILES})
  string(REGEX REPLACE "\\.proto$" ".pb" stem ${proto})
  string(MAKE_C_IDENTIFIER ${stem} id)
  add_custom_command(
    OUTPUT ${PROTO_OUT}/${stem}.cc ${PROTO_OUT}/${stem}.h
    COMMAND protobuf::protoc -I ${PROJECT_SOURCE_DIR}/proto --cpp_out=${PROTO_OUT} ${proto}
    COMMAND sed -i -E -e /dynamic_init_dummy_/d -e "s/\\b(schemas|file_default_instances)\\b/\\1_${id}/g" ${PROTO_OUT}/${stem}.cc
    DEPENDS ${PROJECT_SOURCE_DIR}/proto/${proto}
    VERBATIM)
  list(APPEND proto_sources ${PROTO_OUT}/${stem}.cc)
  # As protoc writes the name: each character that is no letter or digit by its code.
  string(REPLACE "_" "_5f" table ${proto})
  string(REPLACE "/" "_2f" table ${table})
  string(REPLACE "." "_2e" table ${table})
  string(APPEND proto_tables "TABLE(descriptor_table_${table})\n")
endforeach()
file(CONFIGURE OUTPUT ${PROTO_OUT}/proto_tables.inc CONTENT "${proto_tables}" @ONLY)
set_property(GLOBAL APPEND PROPERTY sallyport_generated ${proto_sources})

add_library(sallyport_proto STATIC ${proto_sources})
target_include_directories(sallyport_proto SYSTEM PUBLIC ${PROTO_OUT})
# For size in releases; else not optimised, which takes half of the time.
target_compile_options(sallyport_proto PRIVATE -w $<$<CONFIG:Release>:-Os> -g0 -ffunction-sections -fdata-sections)
if(SALLYPORT_SANITIZE)
  # As Debian's protobuf below it; with sanitizers it takes longer to compile than all else.
  target_compile_options(sallyport_proto PRIVATE -fno-sanitize=all)
endif()
if(SALLYPORT_SANITIZE STREQUAL "thread")
  # protobuf's headers add members for the sanitizer, which Debian's library was built without.
  target_compile_options(sallyport_proto PUBLIC -U__SANITIZE_THREAD__)
endif()
target_link_libraries(sallyport_proto PUBLIC ${PROTOBUF_STATIC} Threads::Threads)
