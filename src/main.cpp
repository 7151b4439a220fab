#include "cli/main.hpp"

int main(int argc, char** argv) { return kopi::cli::main(argc, argv); }
