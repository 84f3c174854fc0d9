#include "cli/command.hpp"

int main(int argc, char** argv) { return palermo::cli::run_main(argc, argv); }
