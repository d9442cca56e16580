{{- define "handler.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* The name of all objects: the release's, with the chart's behind it unless it says so already. */ -}}
{{- define "handler.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $full := printf "%s-%s" .Release.Name $name -}}
{{- if contains $name .Release.Name -}}
{{- $full = .Release.Name -}}
{{- end -}}
{{- .Values.fullnameOverride | default $full | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "handler.selectorLabels" -}}
app.kubernetes.io/name: {{ include "handler.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "handler.metadata" -}}
name: {{ include "handler.fullname" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "handler.selectorLabels" . | nindent 2 }}
  helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") | trunc 63 | trimSuffix "-" | quote }}
  app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
  app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- end -}}

{{- define "handler.address" -}}
{{- coalesce .Values.teleport.address .Values.tbot.teleportProxyAddress .Values.tbot.teleportAuthAddress | default "" -}}
{{- end -}}

{{- define "handler.identitySecret" -}}
{{- $ofBot := "" -}}
{{- if .Values.tbot.enabled -}}
{{- $ofBot = printf "%s-%s-out" .Release.Name (.Values.tbot.nameOverride | default "tbot") -}}
{{- end -}}
{{- .Values.teleport.identitySecretName | default $ofBot -}}
{{- end -}}

{{- define "handler.identityKey" -}}
{{- ternary "identity" .Values.teleport.identitySecretPath .Values.tbot.enabled -}}
{{- end -}}

{{- /* A path that is not absolute begins at /, as the kubelet reads paths of mounts. */ -}}
{{- define "handler.storagePath" -}}
{{- clean (printf "/%s" .Values.eventHandler.storagePath) -}}
{{- end -}}

{{- define "handler.claim" -}}
{{- if .Values.persistentVolumeClaim.enabled -}}
{{- include "handler.fullname" . -}}
{{- else -}}
{{- .Values.persistentVolumeClaim.existingClaim -}}
{{- end -}}
{{- end -}}

{{- /* Whether the storage needs a volume that no value gives: one that lives as long as the pod. */ -}}
{{- define "handler.ownStorage" -}}
{{- $storage := include "handler.storagePath" . -}}
{{- $own := not (include "handler.claim" .) -}}
{{- range .Values.volumeMounts -}}
{{- if eq (clean .mountPath) $storage -}}
{{- $own = false -}}
{{- end -}}
{{- end -}}
{{- ternary "true" "" $own -}}
{{- end -}}
