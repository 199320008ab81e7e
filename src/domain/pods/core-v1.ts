/**
 * What Kubernetes v1.35.4 says of a pod's fields. Written by scripts/pod-schema.mjs; not edited by hand.
 *
 * A line at the margin names a type, the lines below it its fields: `s` string, `i` integer, `n` number, `b` boolean,
 * `q` quantity, `x` integer or string, `[T]` list with its kind, `{T}` map, `!` atomic: owned as a whole.
 */
export const CORE_V1 = `
Pod
  apiVersion=s kind=s metadata=ObjectMeta spec=PodSpec status=any
ObjectMeta
  annotations={s} creationTimestamp=s deletionGracePeriodSeconds=i deletionTimestamp=s finalizers=[s]set
  generateName=s generation=i labels={s} managedFields=[any]atomic name=s namespace=s
  ownerReferences=[OwnerReference!]map:uid resourceVersion=s selfLink=s uid=s
OwnerReference
  apiVersion=s blockOwnerDeletion=b controller=b kind=s name=s uid=s
PodSpec
  activeDeadlineSeconds=i affinity=Affinity automountServiceAccountToken=b containers=[Container]map:name
  dnsConfig=PodDNSConfig dnsPolicy=s enableServiceLinks=b ephemeralContainers=[EphemeralContainer]map:name
  hostAliases=[HostAlias]map:ip hostIPC=b hostNetwork=b hostPID=b hostUsers=b hostname=s hostnameOverride=s
  imagePullSecrets=[LocalObjectReference!]map:name initContainers=[Container]map:name nodeName=s nodeSelector={s}!
  os=PodOS overhead={q} preemptionPolicy=s priority=i priorityClassName=s readinessGates=[PodReadinessGate]atomic
  resourceClaims=[PodResourceClaim]map:name resources=ResourceRequirements restartPolicy=s runtimeClassName=s
  schedulerName=s schedulingGates=[PodSchedulingGate]map:name securityContext=PodSecurityContext serviceAccount=s
  serviceAccountName=s setHostnameAsFQDN=b shareProcessNamespace=b subdomain=s terminationGracePeriodSeconds=i
  tolerations=[Toleration]atomic
  topologySpreadConstraints=[TopologySpreadConstraint]map:topologyKey,whenUnsatisfiable volumes=[Volume]map:name
  workloadRef=WorkloadReference
Affinity
  nodeAffinity=NodeAffinity podAffinity=PodAffinity podAntiAffinity=PodAntiAffinity
NodeAffinity
  preferredDuringSchedulingIgnoredDuringExecution=[PreferredSchedulingTerm]atomic
  requiredDuringSchedulingIgnoredDuringExecution=NodeSelector!
PreferredSchedulingTerm
  preference=NodeSelectorTerm! weight=i
NodeSelectorTerm
  matchExpressions=[NodeSelectorRequirement]atomic matchFields=[NodeSelectorRequirement]atomic
NodeSelectorRequirement
  key=s operator=s values=[s]atomic
NodeSelector
  nodeSelectorTerms=[NodeSelectorTerm!]atomic
PodAffinity
  preferredDuringSchedulingIgnoredDuringExecution=[WeightedPodAffinityTerm]atomic
  requiredDuringSchedulingIgnoredDuringExecution=[PodAffinityTerm]atomic
WeightedPodAffinityTerm
  podAffinityTerm=PodAffinityTerm weight=i
PodAffinityTerm
  labelSelector=LabelSelector! matchLabelKeys=[s]atomic mismatchLabelKeys=[s]atomic namespaceSelector=LabelSelector!
  namespaces=[s]atomic topologyKey=s
LabelSelector
  matchExpressions=[LabelSelectorRequirement]atomic matchLabels={s}
LabelSelectorRequirement
  key=s operator=s values=[s]atomic
PodAntiAffinity
  preferredDuringSchedulingIgnoredDuringExecution=[WeightedPodAffinityTerm]atomic
  requiredDuringSchedulingIgnoredDuringExecution=[PodAffinityTerm]atomic
Container
  args=[s]atomic command=[s]atomic env=[EnvVar]map:name envFrom=[EnvFromSource]atomic image=s imagePullPolicy=s
  lifecycle=Lifecycle livenessProbe=Probe name=s ports=[ContainerPort]map:containerPort,protocol
  readinessProbe=Probe resizePolicy=[ContainerResizePolicy]atomic resources=ResourceRequirements restartPolicy=s
  restartPolicyRules=[ContainerRestartRule]atomic securityContext=SecurityContext startupProbe=Probe stdin=b
  stdinOnce=b terminationMessagePath=s terminationMessagePolicy=s tty=b volumeDevices=[VolumeDevice]map:devicePath
  volumeMounts=[VolumeMount]map:mountPath workingDir=s
EnvVar
  name=s value=s valueFrom=EnvVarSource
EnvVarSource
  configMapKeyRef=ConfigMapKeySelector! fieldRef=ObjectFieldSelector! fileKeyRef=FileKeySelector!
  resourceFieldRef=ResourceFieldSelector! secretKeyRef=SecretKeySelector!
ConfigMapKeySelector
  key=s name=s optional=b
ObjectFieldSelector
  apiVersion=s fieldPath=s
FileKeySelector
  key=s optional=b path=s volumeName=s
ResourceFieldSelector
  containerName=s divisor=q resource=s
SecretKeySelector
  key=s name=s optional=b
EnvFromSource
  configMapRef=ConfigMapEnvSource prefix=s secretRef=SecretEnvSource
ConfigMapEnvSource
  name=s optional=b
SecretEnvSource
  name=s optional=b
Lifecycle
  postStart=LifecycleHandler preStop=LifecycleHandler stopSignal=s
LifecycleHandler
  exec=ExecAction httpGet=HTTPGetAction sleep=SleepAction tcpSocket=TCPSocketAction
ExecAction
  command=[s]atomic
HTTPGetAction
  host=s httpHeaders=[HTTPHeader]atomic path=s port=x scheme=s
HTTPHeader
  name=s value=s
SleepAction
  seconds=i
TCPSocketAction
  host=s port=x
Probe
  exec=ExecAction failureThreshold=i grpc=GRPCAction httpGet=HTTPGetAction initialDelaySeconds=i periodSeconds=i
  successThreshold=i tcpSocket=TCPSocketAction terminationGracePeriodSeconds=i timeoutSeconds=i
GRPCAction
  port=i service=s
ContainerPort
  containerPort=i hostIP=s hostPort=i name=s protocol=s
ContainerResizePolicy
  resourceName=s restartPolicy=s
ResourceRequirements
  claims=[ResourceClaim]map:name limits={q} requests={q}
ResourceClaim
  name=s request=s
ContainerRestartRule
  action=s exitCodes=ContainerRestartRuleOnExitCodes
ContainerRestartRuleOnExitCodes
  operator=s values=[i]set
SecurityContext
  allowPrivilegeEscalation=b appArmorProfile=AppArmorProfile capabilities=Capabilities privileged=b procMount=s
  readOnlyRootFilesystem=b runAsGroup=i runAsNonRoot=b runAsUser=i seLinuxOptions=SELinuxOptions
  seccompProfile=SeccompProfile windowsOptions=WindowsSecurityContextOptions
AppArmorProfile
  localhostProfile=s type=s
Capabilities
  add=[s]atomic drop=[s]atomic
SELinuxOptions
  level=s role=s type=s user=s
SeccompProfile
  localhostProfile=s type=s
WindowsSecurityContextOptions
  gmsaCredentialSpec=s gmsaCredentialSpecName=s hostProcess=b runAsUserName=s
VolumeDevice
  devicePath=s name=s
VolumeMount
  mountPath=s mountPropagation=s name=s readOnly=b recursiveReadOnly=s subPath=s subPathExpr=s
PodDNSConfig
  nameservers=[s]atomic options=[PodDNSConfigOption]atomic searches=[s]atomic
PodDNSConfigOption
  name=s value=s
EphemeralContainer
  args=[s]atomic command=[s]atomic env=[EnvVar]map:name envFrom=[EnvFromSource]atomic image=s imagePullPolicy=s
  lifecycle=Lifecycle livenessProbe=Probe name=s ports=[ContainerPort]map:containerPort,protocol
  readinessProbe=Probe resizePolicy=[ContainerResizePolicy]atomic resources=ResourceRequirements restartPolicy=s
  restartPolicyRules=[ContainerRestartRule]atomic securityContext=SecurityContext startupProbe=Probe stdin=b
  stdinOnce=b targetContainerName=s terminationMessagePath=s terminationMessagePolicy=s tty=b
  volumeDevices=[VolumeDevice]map:devicePath volumeMounts=[VolumeMount]map:mountPath workingDir=s
HostAlias
  hostnames=[s]atomic ip=s
LocalObjectReference
  name=s
PodOS
  name=s
PodReadinessGate
  conditionType=s
PodResourceClaim
  name=s resourceClaimName=s resourceClaimTemplateName=s
PodSchedulingGate
  name=s
PodSecurityContext
  appArmorProfile=AppArmorProfile fsGroup=i fsGroupChangePolicy=s runAsGroup=i runAsNonRoot=b runAsUser=i
  seLinuxChangePolicy=s seLinuxOptions=SELinuxOptions seccompProfile=SeccompProfile supplementalGroups=[i]atomic
  supplementalGroupsPolicy=s sysctls=[Sysctl]atomic windowsOptions=WindowsSecurityContextOptions
Sysctl
  name=s value=s
Toleration
  effect=s key=s operator=s tolerationSeconds=i value=s
TopologySpreadConstraint
  labelSelector=LabelSelector! matchLabelKeys=[s]atomic maxSkew=i minDomains=i nodeAffinityPolicy=s
  nodeTaintsPolicy=s topologyKey=s whenUnsatisfiable=s
Volume
  awsElasticBlockStore=AWSElasticBlockStoreVolumeSource azureDisk=AzureDiskVolumeSource
  azureFile=AzureFileVolumeSource cephfs=CephFSVolumeSource cinder=CinderVolumeSource
  configMap=ConfigMapVolumeSource csi=CSIVolumeSource downwardAPI=DownwardAPIVolumeSource
  emptyDir=EmptyDirVolumeSource ephemeral=EphemeralVolumeSource fc=FCVolumeSource flexVolume=FlexVolumeSource
  flocker=FlockerVolumeSource gcePersistentDisk=GCEPersistentDiskVolumeSource gitRepo=GitRepoVolumeSource
  glusterfs=GlusterfsVolumeSource hostPath=HostPathVolumeSource image=ImageVolumeSource iscsi=ISCSIVolumeSource
  name=s nfs=NFSVolumeSource persistentVolumeClaim=PersistentVolumeClaimVolumeSource
  photonPersistentDisk=PhotonPersistentDiskVolumeSource portworxVolume=PortworxVolumeSource
  projected=ProjectedVolumeSource quobyte=QuobyteVolumeSource rbd=RBDVolumeSource scaleIO=ScaleIOVolumeSource
  secret=SecretVolumeSource storageos=StorageOSVolumeSource vsphereVolume=VsphereVirtualDiskVolumeSource
AWSElasticBlockStoreVolumeSource
  fsType=s partition=i readOnly=b volumeID=s
AzureDiskVolumeSource
  cachingMode=s diskName=s diskURI=s fsType=s kind=s readOnly=b
AzureFileVolumeSource
  readOnly=b secretName=s shareName=s
CephFSVolumeSource
  monitors=[s]atomic path=s readOnly=b secretFile=s secretRef=LocalObjectReference! user=s
CinderVolumeSource
  fsType=s readOnly=b secretRef=LocalObjectReference! volumeID=s
ConfigMapVolumeSource
  defaultMode=i items=[KeyToPath]atomic name=s optional=b
KeyToPath
  key=s mode=i path=s
CSIVolumeSource
  driver=s fsType=s nodePublishSecretRef=LocalObjectReference! readOnly=b volumeAttributes={s}
DownwardAPIVolumeSource
  defaultMode=i items=[DownwardAPIVolumeFile]atomic
DownwardAPIVolumeFile
  fieldRef=ObjectFieldSelector! mode=i path=s resourceFieldRef=ResourceFieldSelector!
EmptyDirVolumeSource
  medium=s sizeLimit=q
EphemeralVolumeSource
  volumeClaimTemplate=PersistentVolumeClaimTemplate
PersistentVolumeClaimTemplate
  metadata=ObjectMeta spec=PersistentVolumeClaimSpec
PersistentVolumeClaimSpec
  accessModes=[s]atomic dataSource=TypedLocalObjectReference! dataSourceRef=TypedObjectReference
  resources=VolumeResourceRequirements selector=LabelSelector! storageClassName=s volumeAttributesClassName=s
  volumeMode=s volumeName=s
TypedLocalObjectReference
  apiGroup=s kind=s name=s
TypedObjectReference
  apiGroup=s kind=s name=s namespace=s
VolumeResourceRequirements
  limits={q} requests={q}
FCVolumeSource
  fsType=s lun=i readOnly=b targetWWNs=[s]atomic wwids=[s]atomic
FlexVolumeSource
  driver=s fsType=s options={s} readOnly=b secretRef=LocalObjectReference!
FlockerVolumeSource
  datasetName=s datasetUUID=s
GCEPersistentDiskVolumeSource
  fsType=s partition=i pdName=s readOnly=b
GitRepoVolumeSource
  directory=s repository=s revision=s
GlusterfsVolumeSource
  endpoints=s path=s readOnly=b
HostPathVolumeSource
  path=s type=s
ImageVolumeSource
  pullPolicy=s reference=s
ISCSIVolumeSource
  chapAuthDiscovery=b chapAuthSession=b fsType=s initiatorName=s iqn=s iscsiInterface=s lun=i portals=[s]atomic
  readOnly=b secretRef=LocalObjectReference! targetPortal=s
NFSVolumeSource
  path=s readOnly=b server=s
PersistentVolumeClaimVolumeSource
  claimName=s readOnly=b
PhotonPersistentDiskVolumeSource
  fsType=s pdID=s
PortworxVolumeSource
  fsType=s readOnly=b volumeID=s
ProjectedVolumeSource
  defaultMode=i sources=[VolumeProjection]atomic
VolumeProjection
  clusterTrustBundle=ClusterTrustBundleProjection configMap=ConfigMapProjection downwardAPI=DownwardAPIProjection
  podCertificate=PodCertificateProjection secret=SecretProjection serviceAccountToken=ServiceAccountTokenProjection
ClusterTrustBundleProjection
  labelSelector=LabelSelector! name=s optional=b path=s signerName=s
ConfigMapProjection
  items=[KeyToPath]atomic name=s optional=b
DownwardAPIProjection
  items=[DownwardAPIVolumeFile]atomic
PodCertificateProjection
  certificateChainPath=s credentialBundlePath=s keyPath=s keyType=s maxExpirationSeconds=i signerName=s
  userAnnotations={s}
SecretProjection
  items=[KeyToPath]atomic name=s optional=b
ServiceAccountTokenProjection
  audience=s expirationSeconds=i path=s
QuobyteVolumeSource
  group=s readOnly=b registry=s tenant=s user=s volume=s
RBDVolumeSource
  fsType=s image=s keyring=s monitors=[s]atomic pool=s readOnly=b secretRef=LocalObjectReference! user=s
ScaleIOVolumeSource
  fsType=s gateway=s protectionDomain=s readOnly=b secretRef=LocalObjectReference! sslEnabled=b storageMode=s
  storagePool=s system=s volumeName=s
SecretVolumeSource
  defaultMode=i items=[KeyToPath]atomic optional=b secretName=s
StorageOSVolumeSource
  fsType=s readOnly=b secretRef=LocalObjectReference! volumeName=s volumeNamespace=s
VsphereVirtualDiskVolumeSource
  fsType=s storagePolicyID=s storagePolicyName=s volumePath=s
WorkloadReference
  name=s podGroup=s podGroupReplicaKey=s
`
