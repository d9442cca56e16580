# cmake -DOUT=FILE -DPAGES=FILE;... -P embed.cmake: writes a row {"NAME", TEXT}, for each file.
set(rows "")
foreach(page ${PAGES})
  get_filename_component(name ${page} NAME)
  file(READ ${page} text)
  string(APPEND rows "{\"${name}\", R\"~~~(${text})~~~\"},\n")
endforeach()
file(WRITE ${OUT} "${rows}")
