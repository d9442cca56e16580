{{- define "tbot.check" -}}
{{- $_ := required "image is missing: the chart has no default registry; build the image with `./dev package image tbot`" .Values.image -}}
{{- $_ := required "clusterName is missing: take it from `tctl status`" .Values.clusterName -}}
{{- $_ := required "token is missing: the name of the join token, as in `tctl get tokens`" .Values.token -}}
{{- if and .Values.teleportProxyAddress .Values.teleportAuthAddress -}}
{{- fail "teleportProxyAddress and teleportAuthAddress exclude each other" -}}
{{- end -}}
{{- $_ := required "teleportProxyAddress or teleportAuthAddress is missing" (.Values.teleportProxyAddress | default .Values.teleportAuthAddress) -}}
{{- if not (has .Values.persistence (list "secret" "disabled")) -}}
{{- fail (printf "persistence: %q is neither secret nor disabled" .Values.persistence) -}}
{{- end -}}
{{- if .Values.argocd.enabled -}}
{{- fail "argocd.enabled: the output kubernetes/argo-cd is not implemented" -}}
{{- end -}}
{{- end -}}

{{- define "tbot.config" -}}
{{- $outputs := list -}}
{{- if .Values.defaultOutput.enabled -}}
{{- $secret := dict "type" "kubernetes_secret" "name" (printf "%s-out" (include "tbot.fullname" .)) -}}
{{- $outputs = append $outputs (dict "type" "identity" "destination" $secret) -}}
{{- end -}}
{{- $outputs = concat $outputs .Values.outputs -}}
{{- $storage := dict "type" "kubernetes_secret" "name" (include "tbot.fullname" .) -}}
{{- if eq .Values.persistence "disabled" -}}
{{- $storage = dict "type" "memory" -}}
{{- end -}}
version: v2
{{- with .Values.teleportProxyAddress }}
proxy_server: {{ . | quote }}
{{- end }}
{{- with .Values.teleportAuthAddress }}
auth_server: {{ . | quote }}
{{- end }}
onboarding:
  join_method: {{ .Values.joinMethod | quote }}
  token: {{ .Values.token | quote }}
storage:
  {{- toYaml $storage | nindent 2 }}
{{- with $outputs }}
outputs:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.services }}
services:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
