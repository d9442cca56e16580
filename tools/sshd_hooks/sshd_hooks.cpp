// A library that sshd loads for a connection to a node (LD_PRELOAD), so that the node's agent runs before every program
// of the user, whatever the login shell is. It changes these calls:
//
// - getpwnam: the login gets the shell kHooksStandIn; all other fields are those of the system's passwd database;
// - execve of the stand-in for a session: hands the session's descriptors, command and environment to the agent, and
//   waits for the exit code. The process is sshd's own, which the user can end but not inspect;
// - execve of the stand-in for principals: asks the agent for the permissions of the certificate;
// - chown, chmod of terminals: terminals stay owned by sshd's own user, which is root, and only root can open them.
//
// The library uses only functions of the C library, without a version, so that every sshd can load it.
#include <dlfcn.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "libcluster/ssh/session_wire.h"

namespace {

using namespace sallyport;

constexpr std::size_t kMaxName = 4096;
constexpr std::size_t kMaxAnswer = 64 << 10;
constexpr const char* kPrivilegeUser = "sshd";  // sshd looks this user up for itself, before the login
constexpr const char* kTerminals = "/dev/pts/";

char door_path[sizeof(sockaddr_un::sun_path)];
// The first user that sshd looks up besides its own: the user who logs in.
char login_name[kMaxName];
char login_entry[kMaxName];  // the name in the passwd database
char login_shell[kMaxName];
char login_uid[24];

template <typename Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

bool Copy(char* to, std::size_t size, const char* text) {
  const std::size_t length = std::strlen(text);
  if (length >= size) return false;
  std::memcpy(to, text, length + 1);
  return true;
}

void FormatNumber(unsigned long number, char* to) {
  char digits[24];
  std::size_t count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0);
  while (count > 0) *to++ = digits[--count];
  *to = '\0';
}

// Builds a frame: texts, each with its NUL.
class Fields {
 public:
  explicit Fields(SessionFrameType type) : bytes_(static_cast<char*>(std::malloc(kCapacity))) {
    good_ = bytes_ != nullptr;
    if (good_) bytes_[kSessionLengthBytes] = static_cast<char>(type);
  }

  ~Fields() { std::free(bytes_); }
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  void Add(const char* text) {
    const std::size_t length = std::strlen(text) + 1;
    good_ = good_ && length <= kCapacity - size_;
    if (!good_) return;
    std::memcpy(bytes_ + size_, text, length);
    size_ += length;
  }
  bool good() const { return good_; }

  // Sends the frame, with the first descriptors of this process on request.
  bool Send(int door, bool descriptors) {
    const std::size_t length = size_ - kSessionLengthBytes;
    for (std::size_t i = 0; i < kSessionLengthBytes; ++i) {
      bytes_[i] = static_cast<char>(length >> (8 * (kSessionLengthBytes - 1 - i)));
    }

    std::size_t sent = 0;
    while (sent < size_) {
      const ssize_t count = SendSome(door, sent, descriptors && sent == 0);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      sent += static_cast<std::size_t>(count);
    }
    return true;
  }

 private:
  static constexpr std::size_t kCapacity = kSessionLengthBytes + kMaxSessionFrameBytes;

  ssize_t SendSome(int door, std::size_t from, bool descriptors) {
    iovec part{bytes_ + from, size_ - from};
    const int numbers[kSessionDescriptors] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof numbers)];
    std::memset(control, 0, sizeof control);
    msghdr message;
    std::memset(&message, 0, sizeof message);
    message.msg_iov = &part;
    message.msg_iovlen = 1;

    if (descriptors) {
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      cmsghdr* const header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof numbers);
      std::memcpy(CMSG_DATA(header), numbers, sizeof numbers);
    }

    return ::sendmsg(door, &message, MSG_NOSIGNAL);
  }

  char* bytes_;
  std::size_t size_ = kSessionLengthBytes + 1;
  bool good_;
};

int OpenDoor() {
  sockaddr_un address;
  std::memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, door_path, sizeof door_path);
  const int door = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (door >= 0 && ::connect(door, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return door;
  return -1;
}

bool ReadAll(int from, char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::read(from, to, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    to += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

void WriteAll(int to, const char* text, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::write(to, text, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text += count;
    size -= static_cast<std::size_t>(count);
  }
}

struct Answer {
  SessionFrameType type;
  std::size_t size;
  char payload[kMaxAnswer];  // includes a NUL
};
Answer answer;

bool ReadAnswer(int door) {
  unsigned char head[kSessionLengthBytes + 1];
  if (!ReadAll(door, reinterpret_cast<char*>(head), sizeof head)) return false;
  std::size_t length = 0;
  for (std::size_t i = 0; i < kSessionLengthBytes; ++i) length = length << 8 | head[i];
  if (length == 0 || length > sizeof answer.payload) return false;
  answer.type = static_cast<SessionFrameType>(head[kSessionLengthBytes]);
  answer.size = length - 1;
  answer.payload[answer.size] = '\0';
  return ReadAll(door, answer.payload, answer.size);
}

void Say(const char* sentence) {
  WriteAll(STDERR_FILENO, sentence, std::strlen(sentence));
  WriteAll(STDERR_FILENO, "\n", 1);
}

// Prints the permissions of the certificate, as the agent answers.
int AskForPrincipals(const char* certificate, const char* entry) {
  // sshd must let in the user that it looked up first.
  if (std::strcmp(entry, login_entry) != 0) return 1;

  Fields question(SessionFrameType::kLogin);
  for (const char* text : {static_cast<const char*>(login_name), static_cast<const char*>(login_uid),
                           static_cast<const char*>(login_shell), certificate}) {
    question.Add(text);
  }

  const int door = OpenDoor();
  if (door < 0 || !question.good() || !question.Send(door, false)) return 1;
  if (!ReadAnswer(door) || answer.type != SessionFrameType::kLogin) return 1;
  WriteAll(STDOUT_FILENO, answer.payload, answer.size);
  return 0;
}

volatile std::sig_atomic_t has_other_size;

// Waits until the agent answers. Signals of sshd about the terminal are passed on meanwhile.
bool WaitForAnswer(int door, const sigset_t& signals) {
  while (true) {
    pollfd wait{door, POLLIN, 0};
    if (::ppoll(&wait, 1, nullptr, &signals) > 0) return true;
    if (errno != EINTR) return false;
    if (has_other_size == 0) continue;
    has_other_size = 0;
    Fields size(SessionFrameType::kSize);
    if (!size.good() || !size.Send(door, false)) return false;
  }
}

// The signal arrives only during the wait for the agent.
sigset_t HoldSizeSignal() {
  struct sigaction action;
  std::memset(&action, 0, sizeof action);
  action.sa_handler = [](int) { has_other_size = 1; };
  ::sigaction(SIGWINCH, &action, nullptr);
  sigset_t held;
  sigset_t before;
  sigemptyset(&held);
  sigaddset(&held, SIGWINCH);
  ::sigprocmask(SIG_BLOCK, &held, &before);
  return before;
}

// Waits until the agent reports the end of the session.
int UntilExit(int door, const sigset_t& signals) {
  while (WaitForAnswer(door, signals) && ReadAnswer(door)) {
    switch (answer.type) {
      case SessionFrameType::kNotice:
        Say(answer.payload);
        break;
      case SessionFrameType::kStarted:
        // A descriptor that the session closes must be closed here too.
        for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(number);
        break;
      case SessionFrameType::kExit:
        return std::atoi(answer.payload);
      default:
        return kSessionFailed;
    }
  }
  return kSessionFailed;
}

// Makes the agent run the session: SHELL -c COMMAND, or SHELL alone.
int RunSession(char* const arguments[], char* const environment[]) {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const bool command = arguments[1] != nullptr && arguments[2] != nullptr;

  // umask() returns the mask only when it sets another; this process makes no file.
  const mode_t mask = ::umask(0);
  char mask_text[24];
  FormatNumber(mask, mask_text);
  char directory[kMaxName];
  if (::getcwd(directory, sizeof directory) == nullptr) Copy(directory, sizeof directory, "/");

  Fields hello(SessionFrameType::kHello);
  for (const char* text : {command ? "command" : "shell", command ? arguments[2] : "",
                           static_cast<const char*>(directory), static_cast<const char*>(mask_text)}) {
    hello.Add(text);
  }
  for (std::size_t i = 0; environment != nullptr && environment[i] != nullptr; ++i) hello.Add(environment[i]);
  if (!hello.good()) {
    Say("the command and its environment are too long");
    return kSessionFailed;
  }

  const sigset_t signals = HoldSizeSignal();
  const int door = OpenDoor();
  if (door < 0 || !hello.Send(door, true)) {
    Say("the node's agent does not run");
    return kSessionFailed;
  }
  return UntilExit(door, signals);
}

bool IsTerminal(const char* path) { return std::strncmp(path, kTerminals, std::strlen(kTerminals)) == 0; }

__attribute__((constructor)) void Load() {
  const char* const path = std::getenv(kHooksSocketVariable);
  if (path != nullptr && !Copy(door_path, sizeof door_path, path)) door_path[0] = '\0';
  if (std::getenv(kHooksTestVariable) == nullptr) return;
  WriteAll(STDOUT_FILENO, kHooksTestAnswer, std::strlen(kHooksTestAnswer));
  ::_exit(0);
}

}  // namespace

extern "C" {

passwd* getpwnam(const char* name) {
  static const auto real = Real<passwd* (*)(const char*)>("getpwnam");
  passwd* const found = real(name);
  if (found == nullptr || std::strcmp(name, kPrivilegeUser) == 0) return found;

  if (login_name[0] == '\0') {
    if (!Copy(login_entry, sizeof login_entry, found->pw_name) ||
        !Copy(login_shell, sizeof login_shell, found->pw_shell) || !Copy(login_name, sizeof login_name, name)) {
      return nullptr;
    }
    FormatNumber(found->pw_uid, login_uid);
  }

  if (std::strcmp(name, login_name) == 0) found->pw_shell = const_cast<char*>(kHooksStandIn);
  return found;
}

int execve(const char* path, char* const arguments[], char* const environment[]) {
  static const auto real = Real<int (*)(const char*, char* const[], char* const[])>("execve");
  if (std::strcmp(path, kHooksStandIn) != 0) return real(path, arguments, environment);
  if (arguments[1] != nullptr && std::strcmp(arguments[1], kHooksPrincipals) == 0) {
    if (arguments[2] == nullptr || arguments[3] == nullptr) ::_exit(1);
    ::_exit(AskForPrincipals(arguments[2], arguments[3]));
  }
  ::_exit(RunSession(arguments, environment));
}

int chown(const char* path, uid_t owner, gid_t group) {
  static const auto real = Real<int (*)(const char*, uid_t, gid_t)>("chown");
  return IsTerminal(path) ? 0 : real(path, owner, group);
}

int chmod(const char* path, mode_t mode) {
  static const auto real = Real<int (*)(const char*, mode_t)>("chmod");
  return real(path, IsTerminal(path) ? 0600 : mode);
}

}  // extern "C"
