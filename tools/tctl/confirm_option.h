// The option --confirm of the commands that write resources.
#pragma once

#include "tools/shell/command.h"

namespace sallyport {

// `To` is the path to the option's field.
template <auto... To>
inline constexpr Option kConfirmOption{
    .name = "confirm",
    .help = "Change a setting that the configuration file decides, or remove your own access",
    .into = Into<To...>};

}  // namespace sallyport
