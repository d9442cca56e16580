// Tells threads and programs to stop.
#pragma once

#include "libbase/file.h"

namespace sallyport {

// Ends waits early, those of RunProgram (libbase/process.h) among them. Safe from several threads; Stop cannot be taken
// back.
class StopSignal {
 public:
  StopSignal();
  void Stop();
  bool stopped() const;
  int descriptor() const { return event_.get(); }  // readable after Stop

 private:
  UniqueFd event_;
};

}  // namespace sallyport
