#include "tools/tsh/node_view.h"

#include "tools/listing/list_options.h"
#include "tools/shell/output.h"

namespace sallyport {
namespace {

std::string Address(const Value& node) {
  if (At(node, "spec", "use_tunnel").as_bool()) return "<- tunnel";
  return At(node, "spec", "addr").as_string();
}

}  // namespace

std::vector<std::string> NodeColumns(bool verbose) {
  if (verbose) return {"Node Name", "Node ID", "Address", "Labels"};
  return {"Node Name", "Address", "Labels"};
}

std::vector<std::string> NodeRow(const Value& node, bool verbose) {
  std::vector<std::string> row{At(node, "spec", "hostname").as_string()};
  if (verbose) row.push_back(At(node, "metadata", "name").as_string());
  row.push_back(Address(node));
  row.push_back(LabelsText(LabelsOfNode(node), verbose));
  return row;
}

std::string NodeTable(const std::vector<Value>& nodes) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& node : nodes) rows.push_back(NodeRow(node, true));
  return RenderTable(NodeColumns(true), rows);
}

}  // namespace sallyport
