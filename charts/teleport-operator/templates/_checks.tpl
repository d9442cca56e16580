{{- define "operator.check" -}}
{{- if .Values.enabled -}}
{{- $_ := required "image is missing: the chart has no default registry; build the image with `./dev package image teleport-operator`" .Values.image -}}
{{- $_ := required "teleportAddress is missing: the proxy or the auth service of the cluster, HOST:PORT" .Values.teleportAddress -}}
{{- $_ := required "token is missing: the name of the join token of the bot" .Values.token -}}
{{- if not (contains ":" .Values.teleportAddress) -}}
{{- fail (printf "teleportAddress: %q has no port" .Values.teleportAddress) -}}
{{- end -}}
{{- if and (eq .Values.joinMethod "kubernetes") (not .Values.teleportClusterName) (not (hasSuffix ":3025" .Values.teleportAddress)) -}}
{{- fail "teleportClusterName is missing: the token of the Service account is for this cluster" -}}
{{- end -}}
{{- end -}}
{{- if not (has .Values.installCRDs (list "always" "dynamic" "never")) -}}
{{- fail (printf "installCRDs: %q is not always, dynamic or never" .Values.installCRDs) -}}
{{- end -}}
{{- end -}}

{{- /* Not empty when the release has the definitions. A release that made them keeps them while it is disabled: their
       removal would delete every custom resource. */ -}}
{{- define "operator.hasDefinitions" -}}
{{- $made := false -}}
{{- if eq .Values.installCRDs "dynamic" -}}
{{- $found := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "teleportrolesv7.resources.teleport.dev" -}}
{{- $made = eq (dig "metadata" "labels" "teleport.dev/release" "" ($found | default dict)) (include "operator.release" .) -}}
{{- end -}}
{{- if or (eq .Values.installCRDs "always") (and (eq .Values.installCRDs "dynamic") (or .Values.enabled $made)) -}}
true
{{- end -}}
{{- end -}}
