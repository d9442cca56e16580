// Replaces several files of one directory as one step, as far as a file system can.
//
// Programs read a key and its certificate by two opens, and no order of renames shows both as one. What happens:
// - All new files are written beside the old ones and are on the disk before the first name changes: a full disk, a
//   crash or an error until then leaves the old files as they are. Writing takes milliseconds.
// - A list of the names is written. Then all names change, in a few microseconds, in a process of its own, so that a
//   kill of this process cannot fall between two of them. A crash of the machine can: the list is still there then,
//   and RecoverFileSet completes the change at the next start. One file alone needs neither: its rename is one step.
// - A reader whose opens fall on both sides of those microseconds has a key and a certificate that do not fit, and must
//   read again. The file `identity` has everything in one file: its readers never see this.
#pragma once

#include <span>
#include <string>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libmachine/bot/destination/destination.h"

namespace sallyport {

struct OpenDirectory {
  UniqueFd fd;
  std::string path;           // for errors
  bool follows_links = true;  // a symbolic link with the name of a file is followed, rather than refused
};

// Opens a directory. `mode` says whether symbolic links are allowed in its path; kTrySecure allows them only on kernels
// that cannot refuse them. Fails with kNotFound, kAccessDenied (also for links) or kNotImplemented.
Result<OpenDirectory> OpenDirectoryFor(const std::string& path, SymlinkMode mode);

// Replaces the files, with mode 0600, and the access control list when it is not empty. Fails with kAccessDenied,
// kInternal (a full disk, say); then no file has changed, unless the message says so.
Status ReplaceFiles(const OpenDirectory& directory, std::span<const BotFile> files, const std::string& acl);

// Makes an empty file, which had the size of a set of files for a moment, to find out whether the directory can be
// written to and has room. The file need not survive a crash. Fails as ReplaceFiles does.
Status TestWriting(const OpenDirectory& directory, const std::string& name, const std::string& acl);

// Completes a replacement that the machine's crash interrupted after its files were whole, and removes the files of one
// that was interrupted before.
Status RecoverFileSet(const OpenDirectory& directory);

// Reads a file of the directory. Fails with kNotFound, kAccessDenied or kLimitExceeded.
Result<Secret> ReadFileIn(const OpenDirectory& directory, const std::string& name);

}  // namespace sallyport
