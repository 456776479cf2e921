// SPDX-License-Identifier: Apache-2.0
/// Files that come with the program: chips, networks, the referee.
#pragma once

#include <filesystem>

namespace eddy {

enum class Shipped { chips, networks, referee };

/// Where they lie: beside the running program where it is installed (../share/eddy), so that an installation may be
/// moved; else in the checkout that built it; else where it was to be installed.
std::filesystem::path shipped_files(Shipped what);

}  // namespace eddy
