{{- /* The name of all objects: the release's, with the chart's behind it unless it says so already. */ -}}
{{- define "tbot.fullname" -}}
{{- $name := printf "%s-%s" .Release.Name (.Values.nameOverride | default .Chart.Name) -}}
{{- if and (not .Values.nameOverride) (contains .Chart.Name .Release.Name) -}}
{{- $name = .Release.Name -}}
{{- end -}}
{{- .Values.fullnameOverride | default $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "tbot.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "tbot.fullname" .) -}}
{{- end -}}

{{- define "tbot.selectorLabels" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: tbot
{{- end -}}

{{- /* The metadata of an object: (dict "root" . "part" "role"); labels and annotations of a part are values. */ -}}
{{- define "tbot.metadata" -}}
{{- $root := .root -}}
name: {{ .name | default (include "tbot.fullname" $root) }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "tbot.selectorLabels" $root | nindent 2 }}
  helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name ($root.Chart.Version | replace "+" "_") | quote }}
  app.kubernetes.io/managed-by: {{ $root.Release.Service | quote }}
  {{- with index $root.Values.extraLabels .part }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with index $root.Values.annotations .part }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
