#include "ingest/version.hpp"
