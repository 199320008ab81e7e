/**
 * The fields of SparkApplication and ScheduledSparkApplication in the CustomResourceDefinitions of kubeflow/spark-operator.
 * Written by scripts/application-schema.mjs; not edited by hand.
 *
 * A word at the margin names a type, the words after it its fields: `s` string, `i` integer, `n` number, `b` boolean,
 * `x` integer or string, `e(a|b)` one of these, `[T]` list, `{T}` map, `any` whatever it is; `@V` from version V on,
 * else always; `*` required, `*V-` from version V on, `*-V` before it.
 */
/** Each stands for itself and the releases up to the next. */
export const FIELD_VERSIONS = [
  '1.3.2',
  '1.4.0',
  '1.4.5',
  '1.5.0',
  '1.6.2',
  '2.0.0',
  '2.1.0',
  '2.1.1',
  '2.2.0',
  '2.3.0',
  '2.4.0',
]

export const APPLICATION_FIELDS = `
BatchSchedulerOptions priorityClassName=s queue=s resources={x}
Deps archives=[s]@2.1.0 excludePackages=[s] files=[s] jars=[s] packages=[s] pyFiles=[s] repositories=[s]
MatchExpressions key=s* operator=s* values=[s]
Preference matchExpressions=[MatchExpressions] matchFields=[MatchExpressions]
PreferredDuringSchedulingIgnoredDuringExecution preference=Preference* weight=i*
RequiredDuringSchedulingIgnoredDuringExecution nodeSelectorTerms=[Preference]*
NodeAffinity preferredDuringSchedulingIgnoredDuringExecution=[PreferredDuringSchedulingIgnoredDuringExecution]
  requiredDuringSchedulingIgnoredDuringExecution=RequiredDuringSchedulingIgnoredDuringExecution
LabelSelector matchExpressions=[MatchExpressions] matchLabels={s}
MatchExpressions2 key=s@1.6.2* operator=s@1.6.2* values=[s]@1.6.2
NamespaceSelector matchExpressions=[MatchExpressions2]@1.6.2 matchLabels={s}@1.6.2
PodAffinityTerm labelSelector=LabelSelector matchLabelKeys=[s]@1.6.2 mismatchLabelKeys=[s]@1.6.2
  namespaceSelector=NamespaceSelector@1.6.2 namespaces=[s] topologyKey=s*
PreferredDuringSchedulingIgnoredDuringExecution2 podAffinityTerm=PodAffinityTerm* weight=i*
PodAffinity preferredDuringSchedulingIgnoredDuringExecution=[PreferredDuringSchedulingIgnoredDuringExecution2]
  requiredDuringSchedulingIgnoredDuringExecution=[PodAffinityTerm]
Affinity nodeAffinity=NodeAffinity podAffinity=PodAffinity podAntiAffinity=PodAffinity
ConfigMaps name=s* path=s*
Options name=s value=s
DnsConfig nameservers=[s] options=[Options] searches=[s]
ConfigMapKeyRef key=s* name=s optional=b
FieldRef apiVersion=s fieldPath=s*
ResourceFieldRef containerName=s divisor=x resource=s*
ValueFrom configMapKeyRef=ConfigMapKeyRef fieldRef=FieldRef resourceFieldRef=ResourceFieldRef
  secretKeyRef=ConfigMapKeyRef
Env name=s* value=s valueFrom=ValueFrom
ConfigMapRef name=s optional=b
EnvFrom configMapRef=ConfigMapRef prefix=s secretRef=ConfigMapRef
EnvSecretKeyRefs key=s* name=s*
Gpu name=s* quantity=i*
HostAliases hostnames=[s] ip=s*2.1.1-
Exec command=[s]
HttpHeaders name=s* value=s*
HttpGet host=s httpHeaders=[HttpHeaders] path=s port=x* scheme=s
Sleep seconds=i@1.6.2*
TcpSocket host=s port=x*
PostStart exec=Exec httpGet=HttpGet sleep=Sleep@1.6.2 tcpSocket=TcpSocket
Lifecycle postStart=PostStart preStop=PostStart
Grpc port=i@1.6.2* service=s@1.6.2
LivenessProbe exec=Exec failureThreshold=i grpc=Grpc@1.6.2 httpGet=HttpGet initialDelaySeconds=i periodSeconds=i
  successThreshold=i tcpSocket=TcpSocket terminationGracePeriodSeconds=i@1.6.2 timeoutSeconds=i
Ports containerPort=i* hostIP=s hostPort=i name=s protocol=s*-1.6.2
ResizePolicy resourceName=s@1.6.2* restartPolicy=s@1.6.2*
Claims name=s@1.6.2* request=s@2.1.1
Resources claims=[Claims]@1.6.2 limits={x} requests={x}
AppArmorProfile localhostProfile=s@2.1.1 type=s@2.1.1*
Capabilities add=[s] drop=[s]
SeLinuxOptions level=s role=s type=s user=s
SeccompProfile localhostProfile=s@1.6.2 type=s@1.4.0*1.6.2-
WindowsOptions gmsaCredentialSpec=s gmsaCredentialSpecName=s hostProcess=b@1.6.2 runAsUserName=s
SecurityContext allowPrivilegeEscalation=b appArmorProfile=AppArmorProfile@2.1.1 capabilities=Capabilities
  privileged=b procMount=s readOnlyRootFilesystem=b runAsGroup=i runAsNonRoot=b runAsUser=i
  seLinuxOptions=SeLinuxOptions seccompProfile=SeccompProfile@1.4.0 windowsOptions=WindowsOptions
VolumeDevices devicePath=s* name=s*
VolumeMounts mountPath=s* mountPropagation=s name=s* readOnly=b recursiveReadOnly=s@2.1.1 subPath=s subPathExpr=s
InitContainers args=[s] command=[s] env=[Env] envFrom=[EnvFrom] image=s imagePullPolicy=s lifecycle=Lifecycle
  livenessProbe=LivenessProbe name=s* ports=[Ports] readinessProbe=LivenessProbe resizePolicy=[ResizePolicy]@1.6.2
  resources=Resources restartPolicy=s@1.5.0 securityContext=SecurityContext startupProbe=LivenessProbe stdin=b
  stdinOnce=b terminationMessagePath=s terminationMessagePolicy=s tty=b volumeDevices=[VolumeDevices]
  volumeMounts=[VolumeMounts] workingDir=s
SeccompProfile2 localhostProfile=s@1.6.2 type=s@1.6.2*
PodSecurityContext appArmorProfile=AppArmorProfile@2.1.1 fsGroup=i fsGroupChangePolicy=s@1.6.2 runAsGroup=i
  runAsNonRoot=b runAsUser=i seLinuxChangePolicy=s@2.1.1 seLinuxOptions=SeLinuxOptions
  seccompProfile=SeccompProfile2@1.6.2 supplementalGroups=[i] supplementalGroupsPolicy=s@2.1.1 sysctls=[HttpHeaders]
  windowsOptions=WindowsOptions
Ports2 containerPort=i@1.6.2* name=s@1.6.2* protocol=s@1.6.2*
Secrets name=s* path=s* secretType=s*
Sidecars args=[s] command=[s] env=[Env] envFrom=[EnvFrom] image=s imagePullPolicy=s lifecycle=Lifecycle
  livenessProbe=LivenessProbe name=s* ports=[Ports] readinessProbe=LivenessProbe resizePolicy=[ResizePolicy]@1.6.2
  resources=Resources restartPolicy=s@1.6.2 securityContext=SecurityContext startupProbe=LivenessProbe stdin=b
  stdinOnce=b terminationMessagePath=s terminationMessagePolicy=s tty=b volumeDevices=[VolumeDevices]
  volumeMounts=[VolumeMounts] workingDir=s
Tolerations effect=s key=s operator=s tolerationSeconds=i value=s
Driver affinity=Affinity annotations={s} configMaps=[ConfigMaps] coreLimit=s coreRequest=s cores=i
  dnsConfig=DnsConfig env=[Env] envFrom=[EnvFrom] envSecretKeyRefs={EnvSecretKeyRefs} envVars={s} gpu=Gpu
  hostAliases=[HostAliases] hostNetwork=b image=s initContainers=[InitContainers] javaOptions=s kubernetesMaster=s
  labels={s} lifecycle=Lifecycle memory=s memoryLimit=s@2.2.0 memoryOverhead=s nodeSelector={s} podName=s
  podSecurityContext=PodSecurityContext ports=[Ports2]@1.6.2 priorityClassName=s@2.0.0 schedulerName=s
  secrets=[Secrets] securityContext=SecurityContext serviceAccount=s serviceAnnotations={s} serviceLabels={s}@1.4.5
  shareProcessNamespace=b sidecars=[Sidecars] template=any@2.1.0 terminationGracePeriodSeconds=i
  tolerations=[Tolerations] volumeMounts=[VolumeMounts]
IngressTLS hosts=[s]@1.5.0 secretName=s@1.5.0
DriverIngressOptions ingressAnnotations={s}@1.5.0 ingressTLS=[IngressTLS]@1.5.0 ingressURLFormat=s@1.5.0
  serviceAnnotations={s}@1.5.0 serviceLabels={s}@1.5.0 servicePort=i@1.5.0*1.6.2- servicePortName=s@1.5.0*1.6.2-
  serviceType=s@1.5.0
DynamicAllocation enabled=b initialExecutors=i maxExecutors=i minExecutors=i shuffleTrackingEnabled=b@2.2.0
  shuffleTrackingTimeout=i
Exec2 command=[s]@1.6.2
HttpHeaders2 name=s@1.6.2* value=s@1.6.2*
HttpGet2 host=s@1.6.2 httpHeaders=[HttpHeaders2]@1.6.2 path=s@1.6.2 port=x@1.6.2* scheme=s@1.6.2
TcpSocket2 host=s@1.6.2 port=x@1.6.2*
PostStart2 exec=Exec2@1.6.2 httpGet=HttpGet2@1.6.2 sleep=Sleep@1.6.2 tcpSocket=TcpSocket2@1.6.2
Lifecycle2 postStart=PostStart2@1.6.2 preStop=PostStart2@1.6.2
Executor affinity=Affinity annotations={s} configMaps=[ConfigMaps] coreLimit=s coreRequest=s cores=i
  deleteOnTermination=b dnsConfig=DnsConfig env=[Env] envFrom=[EnvFrom] envSecretKeyRefs={EnvSecretKeyRefs}
  envVars={s} gpu=Gpu hostAliases=[HostAliases] hostNetwork=b image=s initContainers=[InitContainers] instances=i
  javaOptions=s labels={s} lifecycle=Lifecycle2@1.6.2 memory=s memoryLimit=s@2.2.0 memoryOverhead=s nodeSelector={s}
  podSecurityContext=PodSecurityContext ports=[Ports2]@1.6.2 priorityClassName=s@2.0.0 schedulerName=s
  secrets=[Secrets] securityContext=SecurityContext serviceAccount=s shareProcessNamespace=b sidecars=[Sidecars]
  template=any@2.1.0 terminationGracePeriodSeconds=i tolerations=[Tolerations] volumeMounts=[VolumeMounts]
Prometheus configFile=s configuration=s jmxExporterJar=s* port=i portName=s
Monitoring exposeDriverMetrics=b* exposeExecutorMetrics=b* metricsProperties=s metricsPropertiesFile=s
  prometheus=Prometheus
RestartPolicy onFailureRetries=i onFailureRetryInterval=i onSubmissionFailureRetries=i
  onSubmissionFailureRetryInterval=i type=e(Never|Always|OnFailure)
IngressTLS2 hosts=[s] secretName=s
SparkUIOptions ingressAnnotations={s} ingressTLS=[IngressTLS2] serviceAnnotations={s} serviceLabels={s}@1.4.0
  servicePort=i servicePortName=s serviceType=s
AwsElasticBlockStore fsType=s partition=i readOnly=b volumeID=s*
AzureDisk cachingMode=s diskName=s* diskURI=s* fsType=s kind=s readOnly=b
AzureFile readOnly=b secretName=s* shareName=s*
SecretRef name=s
Cephfs monitors=[s]* path=s readOnly=b secretFile=s secretRef=SecretRef user=s
Cinder fsType=s readOnly=b secretRef=SecretRef volumeID=s*
Items key=s* mode=i path=s*
ConfigMap defaultMode=i items=[Items] name=s optional=b
Csi driver=s* fsType=s nodePublishSecretRef=SecretRef readOnly=b volumeAttributes={s}
Items2 fieldRef=FieldRef mode=i path=s* resourceFieldRef=ResourceFieldRef
DownwardAPI defaultMode=i items=[Items2]
EmptyDir medium=s sizeLimit=x
Metadata annotations={s}@2.1.0 finalizers=[s]@2.1.0 labels={s}@2.1.0 name=s@2.1.0 namespace=s@2.1.0
DataSource apiGroup=s@1.6.2 kind=s@1.6.2* name=s@1.6.2*
DataSourceRef apiGroup=s@1.6.2 kind=s@1.6.2* name=s@1.6.2* namespace=s@1.6.2
Resources2 limits={x}@1.6.2 requests={x}@1.4.0
Spec accessModes=[s]@1.4.0 dataSource=DataSource@1.6.2 dataSourceRef=DataSourceRef@1.6.2 resources=Resources2@1.4.0
  selector=NamespaceSelector@1.6.2 storageClassName=s@1.4.0 volumeAttributesClassName=s@1.6.2 volumeMode=s@1.6.2
  volumeName=s@1.6.2
VolumeClaimTemplate metadata=Metadata@1.6.2 spec=Spec@1.4.0*1.6.2-
Ephemeral volumeClaimTemplate=VolumeClaimTemplate@1.4.0
Fc fsType=s lun=i readOnly=b targetWWNs=[s] wwids=[s]
FlexVolume driver=s* fsType=s options={s} readOnly=b secretRef=SecretRef
Flocker datasetName=s datasetUUID=s
GcePersistentDisk fsType=s partition=i pdName=s* readOnly=b
GitRepo directory=s repository=s* revision=s
Glusterfs endpoints=s* path=s* readOnly=b
HostPath path=s* type=s
Image pullPolicy=s@2.1.1 reference=s@2.1.1
Iscsi chapAuthDiscovery=b chapAuthSession=b fsType=s initiatorName=s iqn=s* iscsiInterface=s lun=i* portals=[s]
  readOnly=b secretRef=SecretRef targetPortal=s*
Nfs path=s* readOnly=b server=s*
PersistentVolumeClaim claimName=s* readOnly=b
PhotonPersistentDisk fsType=s pdID=s*
PortworxVolume fsType=s readOnly=b volumeID=s*
ClusterTrustBundle labelSelector=NamespaceSelector@1.6.2 name=s@1.6.2 optional=b@1.6.2 path=s@1.6.2*
  signerName=s@1.6.2
ConfigMap2 items=[Items] name=s optional=b
DownwardAPI2 items=[Items2]
ServiceAccountToken audience=s expirationSeconds=i path=s*
Sources clusterTrustBundle=ClusterTrustBundle@1.6.2 configMap=ConfigMap2 downwardAPI=DownwardAPI2 secret=ConfigMap2
  serviceAccountToken=ServiceAccountToken
Projected defaultMode=i sources=[Sources]*-1.6.2
Quobyte group=s readOnly=b registry=s* tenant=s user=s volume=s*
Rbd fsType=s image=s* keyring=s monitors=[s]* pool=s readOnly=b secretRef=SecretRef user=s
ScaleIO fsType=s gateway=s* protectionDomain=s readOnly=b secretRef=SecretRef* sslEnabled=b storageMode=s
  storagePool=s system=s* volumeName=s
Secret defaultMode=i items=[Items] optional=b secretName=s
Storageos fsType=s readOnly=b secretRef=SecretRef volumeName=s volumeNamespace=s
VsphereVolume fsType=s storagePolicyID=s storagePolicyName=s volumePath=s*
Volumes awsElasticBlockStore=AwsElasticBlockStore azureDisk=AzureDisk azureFile=AzureFile cephfs=Cephfs
  cinder=Cinder configMap=ConfigMap csi=Csi downwardAPI=DownwardAPI emptyDir=EmptyDir ephemeral=Ephemeral@1.4.0
  fc=Fc flexVolume=FlexVolume flocker=Flocker gcePersistentDisk=GcePersistentDisk gitRepo=GitRepo
  glusterfs=Glusterfs hostPath=HostPath image=Image@2.1.1 iscsi=Iscsi name=s* nfs=Nfs
  persistentVolumeClaim=PersistentVolumeClaim photonPersistentDisk=PhotonPersistentDisk
  portworxVolume=PortworxVolume projected=Projected quobyte=Quobyte rbd=Rbd scaleIO=ScaleIO secret=Secret
  storageos=Storageos vsphereVolume=VsphereVolume
Spec2 arguments=[s] batchScheduler=s batchSchedulerOptions=BatchSchedulerOptions deps=Deps driver=Driver*
  driverIngressOptions=[DriverIngressOptions]@1.5.0 dynamicAllocation=DynamicAllocation executor=Executor*
  failureRetries=i hadoopConf={s} hadoopConfigMap=s image=s imagePullPolicy=s imagePullSecrets=[s]
  mainApplicationFile=s*2.1.0- mainClass=s memoryOverheadFactor=s mode=e(cluster|client) monitoring=Monitoring
  nodeSelector={s} proxyUser=s pythonVersion=e(2|3) restartPolicy=RestartPolicy retryInterval=i sparkConf={s}
  sparkConfigMap=s sparkUIOptions=SparkUIOptions sparkVersion=s* suspend=b@2.4.0 timeToLiveSeconds=i
  type=e(Java|Python|Scala|R)* volumes=[Volumes]
SparkApplication apiVersion=s kind=s metadata=any*1.3.2,1.4.0,1.4.5,1.5.0,1.6.2,2.1.0,2.1.1,2.2.0,2.3.0,2.4.0
  spec=Spec2*1.3.2,1.4.0,1.4.5,1.5.0,1.6.2,2.1.0,2.1.1,2.2.0,2.3.0,2.4.0
SparkUIOptions2 ingressAnnotations={s} ingressTLS=[IngressTLS2] serviceAnnotations={s} serviceLabels={s}@1.4.0
  servicePort=i servicePortName=s@1.6.2 serviceType=s
Template arguments=[s] batchScheduler=s batchSchedulerOptions=BatchSchedulerOptions deps=Deps driver=Driver*
  driverIngressOptions=[DriverIngressOptions]@1.5.0 dynamicAllocation=DynamicAllocation executor=Executor*
  failureRetries=i hadoopConf={s} hadoopConfigMap=s image=s imagePullPolicy=s imagePullSecrets=[s]
  mainApplicationFile=s*2.1.0- mainClass=s memoryOverheadFactor=s mode=e(cluster|client) monitoring=Monitoring
  nodeSelector={s} proxyUser=s pythonVersion=e(2|3) restartPolicy=RestartPolicy retryInterval=i sparkConf={s}
  sparkConfigMap=s sparkUIOptions=SparkUIOptions2 sparkVersion=s* suspend=b@2.4.0 timeToLiveSeconds=i
  type=e(Java|Python|Scala|R)* volumes=[Volumes]
Spec3 concurrencyPolicy=s failedRunHistoryLimit=i schedule=s* successfulRunHistoryLimit=i suspend=b
  template=Template* timeZone=s@2.2.0
ScheduledSparkApplication apiVersion=s kind=s
  metadata=any*1.3.2,1.4.0,1.4.5,1.5.0,1.6.2,2.1.0,2.1.1,2.2.0,2.3.0,2.4.0
  spec=Spec3*1.3.2,1.4.0,1.4.5,1.5.0,1.6.2,2.1.0,2.1.1,2.2.0,2.3.0,2.4.0
`
