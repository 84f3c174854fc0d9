# cmake -DINPUT=… -DOUTPUT=… -DNAME=… -P EmbedText.cmake: a text file as a C++ string, so that the binary
# carries its data wherever it stands.
file(READ "${INPUT}" text)
string(FIND "${text}" ")palermo\"" clash)
if(NOT clash EQUAL -1)
  message(FATAL_ERROR "${INPUT} contains the delimiter of the raw string")
endif()
file(WRITE "${OUTPUT}"
     "#include <string_view>\nnamespace palermo::embedded {\nextern const std::string_view ${NAME};\n"
     "const std::string_view ${NAME} = R\"palermo(${text})palermo\";\n}\n")
