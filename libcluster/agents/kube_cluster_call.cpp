#include "libcluster/agents/kube_cluster_call.h"

#include "libclient/grpc_stream.h"
#include "sallyport/v1/kube_clusters.pb.h"

namespace sallyport {
namespace {

constexpr const char* kFollowMethod = "/sallyport.v1.KubeClusterService/Follow";
// The auth service sends something at least every 15 seconds.
constexpr std::chrono::seconds kFollowSilence{45};

v1::FollowKubeClustersRequest RequestOf(const std::vector<LabelSelector>& selectors) {
  v1::FollowKubeClustersRequest request;
  for (const auto& selector : selectors) {
    auto& given = *request.add_selectors();
    for (const auto& [key, values] : selector) {
      auto& label = *given.add_labels();
      label.set_key(key);
      label.mutable_values()->Add(values.begin(), values.end());
    }
  }
  return request;
}

// Waits for the next answer. Fails when the call has ended or is silent, and after the stop.
Result<v1::FollowedKubeClusters> NextAnswer(GrpcStream& call, const StopSignal& stop) {
  const Deadline deadline = std::chrono::steady_clock::now() + kFollowSilence;
  while (!stop.stopped()) {
    RETURN_IF_ERROR(call.Step());
    ASSIGN_OR_RETURN(const auto bytes, call.Next());
    if (bytes) {
      v1::FollowedKubeClusters answer;
      if (answer.ParseFromString(*bytes)) return answer;
      return Fail(ErrorKind::kConnectionProblem, "an answer of the auth service cannot be read");
    }

    if (call.ended() && call.ended()->code != 0) return std::unexpected(ErrorOfGrpcStatus(*call.ended()));
    if (call.ended()) return Fail(ErrorKind::kConnectionProblem, "{} ended the call", kAuthService);
    if (!WaitFor(call.fd(), call.events(), deadline, stop.descriptor()) && !stop.stopped()) {
      return std::unexpected(AnswersTooLate(kAuthService));
    }
  }
  return Fail(ErrorKind::kInterrupted, "the process stops");
}

}  // namespace

Status FollowRemoteKubeClusters(const RpcOptions& connection, const std::vector<LabelSelector>& selectors,
                                const AgentAuth::TakeKubeClusters& take, const StopSignal& stop) {
  ASSIGN_OR_RETURN(const auto call, OpenGrpcStream(connection, kFollowMethod));
  call->Send(RequestOf(selectors).SerializeAsString());
  call->EndSending();
  while (true) {
    ASSIGN_OR_RETURN(const v1::FollowedKubeClusters answer, NextAnswer(*call, stop));
    take(answer);
  }
}

}  // namespace sallyport
