# Land borders of States: Natural Earth 1:50 million, as the npm package world-atlas packs it. tools/borders holds the
# version and the digest of its content; scripts/install-deps fetches it, and so does this step where nobody did. Once it
# is there the build needs no network.
set(PALERMO_BORDERS_FOLDER "${PROJECT_SOURCE_DIR}/tools/borders")
set(PALERMO_BORDERS "${PALERMO_BORDERS_FOLDER}/node_modules/world-atlas/countries-50m.json")
if(NOT EXISTS "${PALERMO_BORDERS}")
  find_program(PALERMO_NPM npm)
  if(PALERMO_NPM)
    message(STATUS "Fetching the borders of States (npm ci in tools/borders)")
    execute_process(COMMAND "${PALERMO_NPM}" ci --prefer-offline --ignore-scripts
                    WORKING_DIRECTORY "${PALERMO_BORDERS_FOLDER}" RESULT_VARIABLE failed OUTPUT_QUIET)
  endif()
  if(NOT EXISTS "${PALERMO_BORDERS}")
    message(FATAL_ERROR "The borders of States are missing: run scripts/install-deps, or `npm ci` in tools/borders, "
                        "with a network once")
  endif()
endif()
