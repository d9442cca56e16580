# Debian's static archives.
find_library(SQLITE_STATIC libsqlite3.a REQUIRED)
find_library(YAML_STATIC libyaml-cpp.a REQUIRED)
find_library(RE2_STATIC libre2.a REQUIRED)
find_library(CRYPT_STATIC libcrypt.a REQUIRED)
find_library(QR_STATIC libqrcodegencpp.a REQUIRED)
find_library(Z_STATIC libz.a REQUIRED)
find_library(OATH_STATIC liboath.a REQUIRED)
find_library(SSL_STATIC libssl.a REQUIRED)
find_library(CRYPTO_STATIC libcrypto.a REQUIRED)
find_library(PROTOBUF_STATIC libprotobuf.a REQUIRED)
find_library(NGHTTP2_STATIC libnghttp2.a REQUIRED)
find_library(PUGIXML_STATIC libpugixml.a REQUIRED)

function(static_library name path)
  add_library(${name} STATIC IMPORTED)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION ${path})
endfunction()
static_library(sqlite3 ${SQLITE_STATIC})
static_library(yaml-cpp ${YAML_STATIC})
static_library(re2 ${RE2_STATIC})
static_library(crypt ${CRYPT_STATIC})
static_library(qrcodegencpp ${QR_STATIC})
static_library(z ${Z_STATIC})
static_library(oath ${OATH_STATIC})
static_library(nghttp2 ${NGHTTP2_STATIC})
static_library(pugixml ${PUGIXML_STATIC})

# gRPC's own library is the peer that unit tests measure ours by; the programs speak gRPC by nghttp2.
if(SALLYPORT_TESTS)
  find_package(absl REQUIRED)
  find_library(CARES_STATIC libcares.a REQUIRED)
  find_library(UPB_STATIC libupb.a)
  find_library(ADDRESS_SORTING_STATIC libaddress_sorting.a REQUIRED)
  find_library(GPR_STATIC libgpr.a REQUIRED)
  get_filename_component(ARCHIVE_DIR ${GPR_STATIC} DIRECTORY)
  file(GLOB ABSL_ARCHIVES ${ARCHIVE_DIR}/libabsl_*.a)

  add_library(grpc_static INTERFACE)
  target_link_libraries(grpc_static INTERFACE
    -Wl,--start-group ${ARCHIVE_DIR}/libgrpc++.a ${ARCHIVE_DIR}/libgrpc.a ${GPR_STATIC} ${ADDRESS_SORTING_STATIC}
    ${UPB_STATIC} ${RE2_STATIC} ${CARES_STATIC} ${Z_STATIC} ${ABSL_ARCHIVES} -Wl,--end-group
    ${SSL_STATIC} ${CRYPTO_STATIC} Threads::Threads ${CMAKE_DL_LIBS} rt)
endif()
