#include "analysis/version.hpp"
