#include "libmachine/export/handler_files.h"

#include <catch2/catch.hpp>

#include "libbase/toml.h"
#include "libmachine/export/export_settings.h"

namespace sallyport {
namespace {

HandlerFilesRequest SampleFiles() { return {.folder = "/srv/handler", .address = "teleport.example.com:443"}; }

std::string FluentdFor(const std::string& passphrase) {
  return FluentdConfig(SampleFiles(), Secret(passphrase)).Reveal();
}

bool FilesShow(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

TEST_CASE("the configuration that is written is one that start takes", "[handler_files]") {
  ExportSettings settings;
  const auto notes = ReadExportFile(settings, HandlerConfig(SampleFiles()), "handler.toml", true);
  REQUIRE(notes.has_value());
  CHECK(notes->empty());
  CHECK(CheckExportSettings(settings).has_value());
  CHECK(settings.address == "teleport.example.com:443");
  CHECK(settings.identity == "identity");
  CHECK(settings.refresh);
  CHECK(settings.storage == "./storage");
  CHECK(settings.sink_ca == "/srv/handler/ca.crt");
  CHECK(settings.sink_cert == "/srv/handler/client.crt");
  CHECK(settings.sink_key == "/srv/handler/client.key");
  CHECK(settings.url == "https://localhost:8888/test.log");
  CHECK(settings.session_url == "https://localhost:8888/session");
}

TEST_CASE("folders and hosts with odd characters are read back", "[handler_files]") {
  HandlerFilesRequest request = SampleFiles();
  request.sink_host = "fd00::1";
  for (const std::string folder : {"/a \"b\" \\c", "/caf\xc3\xa9 #1", "/"}) {
    request.folder = folder;
    ExportSettings settings;
    REQUIRE(ReadExportFile(settings, HandlerConfig(request), "handler.toml", true).has_value());
    CHECK(settings.sink_ca == (folder == "/" ? "" : folder) + "/ca.crt");
    CHECK(settings.url == "https://[fd00::1]:8888/test.log");
  }
}

TEST_CASE("Fluentd gets the passphrase as it is", "[handler_files]") {
  CHECK(FilesShow(FluentdFor("0123abcd"), "private_key_passphrase \"0123abcd\"\n"));
  // In double quotes, Fluentd would run this as Ruby.
  CHECK(FilesShow(FluentdFor("#{exit}"), "private_key_passphrase '#{exit}'\n"));
  CHECK(FilesShow(FluentdFor("it's \"a\" \\"), "private_key_passphrase 'it\\'s \"a\" \\\\'\n"));
  HandlerFilesRequest request = SampleFiles();
  request.ca_name = "root";
  request.server_name = "sink";
  const Secret text = FluentdConfig(request, Secret(std::string("p")));
  for (const char* part : {"ca_path \"/keys/root.crt\"", "cert_path \"/keys/sink.crt\"",
                           "private_key_path \"/keys/sink.key\"", "client_cert_auth true", "keep_time_key true"}) {
    CHECK(FilesShow(text.Reveal(), part));
  }
}

TEST_CASE("names of files stay in their folder", "[handler_files]") {
  for (const char* name : {"ca", "Ca-2.prod_1", "0"}) CHECK(CheckKeyFileName("ca-name", name).has_value());
  const std::string long_name(101, 'a');
  for (const char* name : {"", "../ca", "/ca", "a b", ".ca", "-ca", "c\"a", "c\na", "c\xc3\xa4", long_name.c_str()}) {
    const auto refused = CheckKeyFileName("ca-name", name);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == ErrorKind::kBadParameter);
    CHECK(FilesShow(refused.error().message, "ca-name"));
  }
}

TEST_CASE("a passphrase is one line that Fluentd can read", "[handler_files]") {
  CHECK(CheckPassphrase(Secret(std::string("p\xc3\xa4ss w\"ord"))).has_value());
  CHECK(CheckPassphrase(Secret(std::string(1024, 'p'))).has_value());
  for (const std::string& text : {std::string(), std::string(1025, 'p'), std::string("hush\nhush"),
                                  std::string("hush\x7f"), std::string("hush\xff"), std::string("hush\0", 5)}) {
    const auto refused = CheckPassphrase(Secret(text));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().kind == ErrorKind::kBadParameter);
    CHECK_FALSE(FilesShow(refused.error().message + refused.error().hint, "hush"));
  }
}

}  // namespace
}  // namespace sallyport
