# cmake -DOUT=FILE -DFILE=FILE -P embed_bytes.cmake: writes the bytes of FILE as numbers with a comma after each.
file(READ ${FILE} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
file(WRITE ${OUT} "${bytes}\n")
