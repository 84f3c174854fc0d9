# One cache for every checkout: paths are taken relative to the source folder. CMake's precompiled
# headers need the three sloppiness words (ccache manual, "Precompiled headers").
find_program(PALERMO_CCACHE ccache)
if(PALERMO_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env
      "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
      "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" "CCACHE_NOHASHDIR=1" "${PALERMO_CCACHE}")
endif()
