// Validates the settings of the cluster: authentication, networking, session recording.
#pragma once

#include "libbase/error.h"
#include "libresources/kinds/kind.h"

namespace sallyport {

// Return the rows of the kinds.
KindRow AuthPreferenceKind();
KindRow NetworkingConfigKind();
KindRow RecordingConfigKind();

}  // namespace sallyport
