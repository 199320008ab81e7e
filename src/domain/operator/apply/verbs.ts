/** Every verb of an operator move, and what carries it out. */
import type { Verb } from '../../plan/verb.ts'
import type { OperatorVerb } from '../steps/payloads.ts'
import { adopt } from './adopt.ts'
import { takeSnapshot } from './baseline.ts'
import { checkInstall } from './check-install.ts'
import type { ApplyContext } from './context.ts'
import { migrateStoredVersion, replaceCrd, restoreCrd } from './crds.ts'
import { gateObjects, gateReturn } from './gate.ts'
import { helmRollback, helmUpgrade } from './install.ts'
import { bringSecretBack, setSecretAside } from './secrets.ts'
import { holdLock, releaseLock } from './lock.ts'
import { applyManifests, restoreObjects } from './manifests.ts'
import { patchObject } from './objects.ts'
import { putPolicy, removePolicy } from './policy.ts'
import { watchPods } from './pod-watch.ts'
import { pinService, unpinService } from './pinning.ts'
import { quiesce } from './quiesce.ts'
import { writeReceipt } from './receipt.ts'
import { scale } from './scale.ts'
import { fillDefaults, restoreSpecs } from './spec-changes.ts'
import { verify } from './verify.ts'
import { canary, pullImage, tell } from './waiting.ts'
import { trustWebhook } from './webhook-trust.ts'
import { awaitReady, handOverWebhook } from './webhooks.ts'

const BY_NAME: Readonly<Record<OperatorVerb, Verb<ApplyContext>>> = {
  'hold-lock': holdLock,
  'release-lock': releaseLock,
  'put-policy': putPolicy,
  'remove-policy': removePolicy,
  tell,
  'take-snapshot': takeSnapshot,
  patch: patchObject,
  'pull-image': pullImage,
  quiesce,
  'await-ready': awaitReady,
  'watch-pods': watchPods,
  'set-secret-aside': setSecretAside,
  'bring-secret-back': bringSecretBack,
  scale,
  'pin-service': pinService,
  'unpin-service': unpinService,
  'hand-over-webhook': handOverWebhook,
  'trust-webhook': trustWebhook,
  adopt,
  'fill-defaults': fillDefaults,
  'restore-specs': restoreSpecs,
  'replace-crd': replaceCrd,
  'restore-crd': restoreCrd,
  'migrate-stored-version': migrateStoredVersion,
  'gate-objects': gateObjects,
  'helm-upgrade': helmUpgrade,
  'helm-rollback': helmRollback,
  'apply-manifests': applyManifests,
  'restore-objects': restoreObjects,
  'check-install': checkInstall,
  'gate-return': gateReturn,
  canary,
  verify,
  'write-receipt': writeReceipt,
}

export const OPERATOR_VERBS: ReadonlyMap<string, Verb<ApplyContext>> = new Map(Object.entries(BY_NAME))
