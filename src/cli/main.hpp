// cli/main.hpp
#pragma once

namespace kopi::cli {

/// The whole program; its exit status.
int main(int argc, char** argv);

}  // namespace kopi::cli
