#include "report/version.hpp"
