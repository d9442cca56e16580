# The compiler options of every source of ours. Generated code and third-party headers are outside of it.
add_library(sallyport_flags INTERFACE)
target_compile_options(sallyport_flags INTERFACE -ffunction-sections -fdata-sections)
add_library(sallyport_warnings INTERFACE)

add_compile_options(-fstack-protector-strong)
add_link_options(-Wl,-z,relro,-z,now)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions(_FORTIFY_SOURCE=2)
  # The system's own linker puts what runs before main side by side, and relocations take a twentieth of their place when
  # packed: together 3 MB less resident in each client.
  add_link_options(-s -static-libgcc -static-libstdc++ -Wl,-z,pack-relative-relocs)
else()
  find_program(MOLD mold)
  if(MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
  # Lines and names for debuggers are half of each object and program when they are not compressed.
  add_compile_options(-gz)
  add_link_options(-gz)
endif()

# Only programs are linked from these objects. Archives refer to them, for the linker reads them where they are.
set(CMAKE_CXX_COMPILE_OPTIONS_PIC -fPIE)
set(CMAKE_CXX_ARCHIVE_CREATE "<CMAKE_AR> rcs --thin <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "")

if(SALLYPORT_SANITIZE)
  add_compile_options(-fsanitize=${SALLYPORT_SANITIZE} -fno-omit-frame-pointer)
  # Each check refers to a description of its place: at fixed addresses these need no relocation, a third of a program.
  add_link_options(-fsanitize=${SALLYPORT_SANITIZE} -no-pie)
endif()

target_compile_options(sallyport_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wno-missing-field-initializers)
if(SALLYPORT_WERROR)
  target_compile_options(sallyport_flags INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND (CMAKE_BUILD_TYPE STREQUAL "Release" OR SALLYPORT_SANITIZE))
  # When it optimises, GCC 12 sees faults in functions of the standard library and Asio that are none, and no longer knows
  # those of a precompiled header for the system's.
  target_compile_options(sallyport_flags INTERFACE -Wno-array-bounds -Wno-restrict -Wno-mismatched-new-delete)
endif()
if(SALLYPORT_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # A coroutine of a header that is given an internal type is a fault only when the header is in several objects.
  target_compile_options(sallyport_flags INTERFACE -Wno-subobject-linkage)
endif()
