// Reads the files of tests/fixtures.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "libbase/json.h"
#include "libbase/yaml.h"
#include "libresources/kinds.h"

namespace sallyport {

inline std::string ReadFixture(const std::string& name) {
  std::ifstream file(std::string(SALLYPORT_SOURCE_DIR) + "/tests/fixtures/resources/" + name);
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Returns the first document of a YAML text.
inline Value Yaml(std::string_view text) {
  auto documents = ParseYaml(text, "test.yaml");
  if (!documents) FAIL(documents.error().message);
  REQUIRE(documents->size() == 1);
  return documents->front();
}

// Returns a resource read from YAML.
inline Resource Decoded(std::string_view text) {
  auto resource = DecodeResource(Yaml(text), {.source = "test.yaml"});
  if (!resource) FAIL(ToText(resource.error()));
  return *resource;
}

// Returns the reason why a resource is refused.
inline std::string Refused(std::string_view text) {
  const auto documents = ParseYaml(text, "test.yaml");
  if (!documents) return ToText(documents.error());
  const auto resource = DecodeResource(documents->front(), {.source = "test.yaml"});
  return resource ? "accepted" : ToText(resource.error());
}

}  // namespace sallyport
