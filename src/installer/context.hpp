// installer/context.hpp
//
// What every operation of the installer is given: the world it works in.
#pragma once

#include "base/reporter.hpp"
#include "store/home.hpp"
#include "system/clock.hpp"
#include "system/environment.hpp"
#include "system/interrupt.hpp"

namespace kopi {

struct InstallContext {
  const Home& home;
  const Environment& environment;
  const Clock& clock;
  Reporter& reporter;
  const Interrupt* interrupt = nullptr;
  bool may_ask = false;  ///< a person sits at a terminal: ssh and credential helpers may prompt
  std::string program_version;
};

}  // namespace kopi
