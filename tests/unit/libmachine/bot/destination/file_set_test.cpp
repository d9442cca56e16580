#include "libmachine/bot/destination/file_set.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

std::vector<BotFile> Files(std::initializer_list<std::pair<std::string, std::string>> contents) {
  std::vector<BotFile> files;
  for (const auto& [name, content] : contents) files.push_back({name, Secret(content)});
  return files;
}

std::vector<std::string> NamesIn(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

TEST_CASE("files are replaced, private, and nothing else is left") {
  const test::TemporaryDirectory directory;
  directory.Write("key", "old", 0644);
  directory.Write("mine", "stays");
  const auto open = OpenDirectoryFor(directory.path(), SymlinkMode::kSecure).value();
  REQUIRE(ReplaceFiles(open, Files({{"key", "new"}, {"cert", "c"}, {"empty", ""}}), ""));
  CHECK(directory.Read("key") == "new");
  CHECK(directory.Read("mine") == "stays");
  CHECK(test::ModeOf(directory / "key") == 0600);
  CHECK(test::ModeOf(directory / "cert") == 0600);
  CHECK(NamesIn(directory.path()) == std::vector<std::string>{"cert", "empty", "key", "mine"});
  CHECK(ReadFileIn(open, "cert").value().Reveal() == "c");
  CHECK(ReadFileIn(open, "absent").error().kind == ErrorKind::kNotFound);
}

TEST_CASE("a file that cannot be written leaves all files as they are") {
  const test::TemporaryDirectory directory;
  directory.Write("key", "old");
  std::filesystem::create_directory(directory / "cert");
  const auto open = OpenDirectoryFor(directory.path(), SymlinkMode::kSecure).value();
  const Status failed = ReplaceFiles(open, Files({{"key", "new"}, {"cert", "c"}}), "");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == directory / "cert" + " is not a regular file");
  CHECK(directory.Read("key") == "old");
  CHECK(NamesIn(directory.path()) == std::vector<std::string>{"cert", "key"});
  for (const std::string name : {"", ".", "..", "a/b"}) {
    CHECK(ReplaceFiles(open, Files({{name, "x"}}), "").error().kind == ErrorKind::kBadParameter);
    CHECK(ReadFileIn(open, name).error().kind == ErrorKind::kBadParameter);
  }
}

TEST_CASE("symbolic links are followed only when the destination allows them") {
  const test::TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "real");
  std::filesystem::create_directory(directory / "else");
  directory.Write("else/target", "old");
  std::filesystem::create_directory_symlink(directory / "real", directory / "link");
  std::filesystem::create_symlink(directory / "else/target", directory / "real/key");

  for (const SymlinkMode mode : {SymlinkMode::kSecure, SymlinkMode::kTrySecure}) {
    const auto by_link = OpenDirectoryFor(directory / "link", mode);
    REQUIRE_FALSE(by_link);
    CHECK(by_link.error().kind == ErrorKind::kAccessDenied);
    const auto open = OpenDirectoryFor(directory / "real", mode).value();
    CHECK(ReplaceFiles(open, Files({{"key", "new"}}), "").error().kind == ErrorKind::kAccessDenied);
    CHECK_FALSE(ReadFileIn(open, "key"));
  }
  CHECK(directory.Read("else/target") == "old");

  const auto open = OpenDirectoryFor(directory / "link", SymlinkMode::kInsecure).value();
  REQUIRE(ReplaceFiles(open, Files({{"key", "new"}}), ""));
  CHECK(directory.Read("else/target") == "new");
  CHECK(std::filesystem::is_symlink(directory / "real/key"));
  CHECK(NamesIn(directory / "else") == std::vector<std::string>{"target"});
}

TEST_CASE("what a crash left is completed when its files were whole, else removed") {
  const test::TemporaryDirectory directory;
  directory.Write("key", "new");
  directory.Write(".cert.tbot-new", "new");
  directory.Write("cert", "old");
  directory.Write(".tbot-names", "key\ncert\n../outside\n");
  const auto open = OpenDirectoryFor(directory.path(), SymlinkMode::kSecure).value();
  REQUIRE(RecoverFileSet(open));
  CHECK(directory.Read("cert") == "new");
  CHECK(NamesIn(directory.path()) == std::vector<std::string>{"cert", "key"});

  directory.Write(".cert.tbot-new", "half");
  REQUIRE(RecoverFileSet(open));
  CHECK(directory.Read("cert") == "new");
  CHECK(NamesIn(directory.path()) == std::vector<std::string>{"cert", "key"});
}

TEST_CASE("two writers of one directory do not mix their files") {
  const test::TemporaryDirectory directory;
  std::atomic<int> failures = 0;  // CHECK is for one thread
  const auto write = [&](const std::string& text) {
    for (int i = 0; i < 20; ++i) {
      const auto open = OpenDirectoryFor(directory.path(), SymlinkMode::kSecure).value();
      if (!RecoverFileSet(open) || !ReplaceFiles(open, Files({{"key", text}, {"cert", text}}), "")) ++failures;
    }
  };
  std::thread other([&] { write("a"); });
  write("b");
  other.join();
  CHECK(failures == 0);
  CHECK(directory.Read("key") == directory.Read("cert"));
  CHECK(NamesIn(directory.path()) == std::vector<std::string>{"cert", "key"});
}

TEST_CASE("a reader that reads again until a pair fits always finds a whole pair") {
  const test::TemporaryDirectory directory;
  const auto open = OpenDirectoryFor(directory.path(), SymlinkMode::kSecure).value();
  REQUIRE(ReplaceFiles(open, Files({{"key", "0"}, {"cert", "0"}}), ""));
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 1; i <= 50; ++i) {
      const std::string text = std::to_string(i);
      ReplaceFiles(open, Files({{"key", text}, {"cert", text}}), "").value();
    }
    done = true;
  });

  int pairs = 0;
  int mixed = 0;
  while (!done) {
    const std::string key = ReadFileIn(open, "key").value().Reveal();
    const std::string cert = ReadFileIn(open, "cert").value().Reveal();
    ++pairs;
    if (key != cert) ++mixed;
    CHECK_FALSE(key.empty());
  }
  writer.join();
  CAPTURE(pairs, mixed);
  CHECK(directory.Read("key") == "50");
  CHECK(directory.Read("cert") == "50");
  CHECK(mixed < pairs);
}

}  // namespace
}  // namespace sallyport
