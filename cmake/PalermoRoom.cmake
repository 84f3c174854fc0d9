# The rooms and the direction of their dependencies: cli, web -> report -> analysis -> ingest -> core
# -> proto; simulation and draw stand beside and use core alone. Configuring fails on an edge that is not listed here.
set(PALERMO_MAY_USE_core proto)
set(PALERMO_MAY_USE_ingest core proto)
set(PALERMO_MAY_USE_analysis ingest core proto)
set(PALERMO_MAY_USE_report analysis ingest core proto)
set(PALERMO_MAY_USE_simulation core proto)
set(PALERMO_MAY_USE_draw core proto)
set(PALERMO_MAY_USE_cli draw report simulation analysis ingest core proto)

add_library(palermo_options INTERFACE)
target_compile_features(palermo_options INTERFACE cxx_std_20)
target_include_directories(palermo_options INTERFACE "${PROJECT_SOURCE_DIR}")
if(PALERMO_ASSERTIONS)
  target_compile_definitions(palermo_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(PALERMO_FUZZ)
  # Counters of source lines beside libFuzzer's own, so that one build serves tests/fuzz/coverage.py too.
  target_compile_options(palermo_options INTERFACE -fsanitize=fuzzer-no-link -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(palermo_options INTERFACE -fprofile-instr-generate)
endif()
if(PALERMO_SANITIZE)
  target_compile_options(palermo_options INTERFACE "-fsanitize=${PALERMO_SANITIZE}"
                                                   -fno-omit-frame-pointer)
  target_link_options(palermo_options INTERFACE "-fsanitize=${PALERMO_SANITIZE}")
endif()

add_library(palermo_warnings INTERFACE)
target_compile_options(palermo_warnings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
                       -Wold-style-cast -Woverloaded-virtual -Wnull-dereference -Wformat=2)
if(PALERMO_WARNINGS_AS_ERRORS)
  target_compile_options(palermo_warnings INTERFACE -Werror)
endif()

# palermo_add_room(NAME SOURCES … HEADERS … ROOMS … PUBLIC … PRIVATE …)
function(palermo_add_room room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;ROOMS;PUBLIC;PRIVATE")
  foreach(used IN LISTS arg_ROOMS)
    if(NOT used IN_LIST PALERMO_MAY_USE_${room})
      message(FATAL_ERROR "palermo_${room} must not depend on palermo_${used}")
    endif()
  endforeach()
  add_library(palermo_${room} STATIC ${arg_SOURCES})
  add_library(palermo::${room} ALIAS palermo_${room})
  target_sources(palermo_${room} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}"
                 FILES ${arg_HEADERS})
  set_target_properties(palermo_${room} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  list(TRANSFORM arg_ROOMS PREPEND palermo::)
  target_link_libraries(palermo_${room} PUBLIC palermo_options ${arg_ROOMS} ${arg_PUBLIC}
                        PRIVATE ${arg_PRIVATE} palermo_warnings)
endfunction()
