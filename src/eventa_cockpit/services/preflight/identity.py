"""Whether a runbook's commands would act where the screen says: the AWS account and the Kubernetes cluster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.domain.finding import Finding, missing, ok, warning
from eventa_cockpit.domain.preflight import Block, Outcome
from eventa_cockpit.errors import SecretError, UpstreamError
from eventa_cockpit.integrations.aws_identity import AwsIdentity, account_seen_by, caller_identity
from eventa_cockpit.integrations.kubernetes_context import KubernetesContext, current_context
from eventa_cockpit.locale import _
from eventa_cockpit.secrets import SecretWantedError, read_secret
from eventa_cockpit.services.preflight.ground import Ground

AWS_PROGRAMS = frozenset({"aws"})
KUBERNETES_PROGRAMS = frozenset({"kubectl", "oc", "helm", "kustomize", "stern", "k9s", "argocd"})
DEADLINE = timedelta(seconds=8)
SOON = timedelta(minutes=30)
"""Before their end, credentials are worth a word: an incident lasts."""
EXPIRATION = "AWS_CREDENTIAL_EXPIRATION"
"""Set beside temporary keys by `aws configure export-credentials` and aws-vault."""
AWS_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def examine_aws(ground: Ground) -> Outcome:
    """Blocks; nothing where no command calls aws."""
    if not ground.programs & AWS_PROGRAMS:
        return Outcome()
    try:
        identity = caller_identity(account_seen_by(_with_secrets(ground)), DEADLINE)
    except (UpstreamError, SecretError) as error:
        return Outcome((_aws_failure(error), *_aws_expiry(ground)))
    told = _aws_identity(ground, identity)
    return Outcome((*told.findings, *_aws_expiry(ground)), told.blocks)


def _with_secrets(ground: Ground) -> dict[str, str]:
    """The keys as a command would get them: configured secrets over everything. Raises SecretError."""
    variables = dict(ground.variables)
    for name in AWS_KEYS:
        place = ground.environment.secrets.get(name)
        if place is not None:
            try:
                variables[name] = read_secret(place, name=name)
            except SecretWantedError:
                raise SecretError(_("{name} is asked for at the keyboard.").format(name=name)) from None
    return variables


def _aws_identity(ground: Ground, identity: AwsIdentity) -> Outcome:
    wanted, name = ground.environment.aws_account, ground.config.environment
    text = f"{identity.account} {identity.arn}"
    if not wanted:
        if not ground.environment.production:
            return Outcome((ok("identity", "AWS", text),))
        remedy = _("Say which account {environment} is: `aws_account`.").format(environment=name)
        return Outcome((warning("identity", "AWS", _("{who}; not compared").format(who=text), remedy),))
    if identity.is_meant_by(wanted):
        return Outcome((ok("identity", "AWS", text),))
    sentence = _("AWS takes us for {who}, and {environment} is {wanted}.")
    reason = sentence.format(who=text, environment=name, wanted=wanted)
    remedy = _("Log in to the right account, or choose its profile: `variables.AWS_PROFILE`.")
    return Outcome((missing("identity", "AWS", reason, remedy),), (Block(AWS_PROGRAMS, reason),))


def _aws_failure(error: UpstreamError | SecretError) -> Finding:
    """Credentials that do not work are missing; who we are is otherwise only not known."""
    is_credentials = isinstance(error, SecretError) or error.kind in (
        FailureKind.CREDENTIALS,
        FailureKind.NOT_CONFIGURED,
        FailureKind.FORBIDDEN,
    )
    if is_credentials:
        return missing("identity", "AWS", str(error), _("Log in again: aws sso login, or new keys."))
    return warning("identity", "AWS", str(error), _("Who AWS takes us for is not known."))


def _aws_expiry(ground: Ground) -> tuple[Finding, ...]:
    text = ground.caller.get(EXPIRATION, "") or ground.environment.variables.get(EXPIRATION, "")
    try:
        end = datetime.fromisoformat(text)
    except ValueError:
        return ()
    end = end.replace(tzinfo=end.tzinfo or UTC)
    return _expiry(_("AWS credentials"), end, _("Log in again: aws sso login, or new keys."))


def examine_kubernetes(ground: Ground) -> Outcome:
    """Blocks; nothing where no command calls kubectl or its like."""
    if not ground.programs & KUBERNETES_PROGRAMS:
        return Outcome()
    try:
        context = current_context(ground.variables.get("KUBECONFIG", ""))
    except UpstreamError as error:
        remedy = _("Give the commands one: `variables.KUBECONFIG`.")
        return Outcome((missing("identity", "Kubernetes", str(error), remedy),))
    told = _kubernetes_context(ground, context)
    expiry: tuple[Finding, ...] = ()
    if context.expires_at is not None:
        expiry = _expiry(_("Kubernetes token"), context.expires_at, _("Log in to the cluster again."))
    return Outcome((*told.findings, *expiry), told.blocks)


def _kubernetes_context(ground: Ground, context: KubernetesContext) -> Outcome:
    config, name = ground.environment.kubernetes, ground.config.environment
    wanted, cluster = (config.context or "", config.cluster or "") if config is not None else ("", "")
    text = _("context {context}, {server}").format(context=context.name, server=context.server or context.cluster)
    if wanted and context.name != wanted:
        reason = _("kubectl would use the context {context}, and {environment} is {wanted}.").format(
            context=context.name, environment=name, wanted=wanted
        )
        remedy = f"kubectl config use-context {wanted}"
        block = Block(KUBERNETES_PROGRAMS, reason, lifted_by=f"--context {wanted}")
        return Outcome((missing("identity", "Kubernetes", reason, remedy),), (block,))
    if cluster and not context.leads_to(cluster):
        reason = _("kubectl would reach {server}, and {environment} is {wanted}.").format(
            server=context.server or context.cluster, environment=name, wanted=cluster
        )
        remedy = _("Choose the right context, or the right kubeconfig: `variables.KUBECONFIG`.")
        return Outcome((missing("identity", "Kubernetes", reason, remedy),), (Block(KUBERNETES_PROGRAMS, reason),))
    if not wanted and not cluster and ground.environment.production:
        remedy = _("Say which cluster {environment} is: `kubernetes.context` or `kubernetes.cluster`.")
        not_compared = _("{who}; not compared").format(who=text)
        return Outcome((warning("identity", "Kubernetes", not_compared, remedy.format(environment=name)),))
    if config is not None and context.namespace != config.namespace:
        said = _("{who}; a command without --namespace acts on {mine}, the pane shows {theirs}")
        told = said.format(who=text, mine=context.namespace, theirs=config.namespace)
        remedy = f"kubectl config set-context --current --namespace={config.namespace}"
        return Outcome((warning("identity", "Kubernetes", told, remedy),))
    return Outcome((ok("identity", "Kubernetes", text),))


def _expiry(subject: str, end: datetime, remedy: str) -> tuple[Finding, ...]:
    left = end - datetime.now(UTC)
    if left <= timedelta():
        return (missing("identity", subject, _("have expired"), remedy),)
    minutes = int(left.total_seconds()) // 60
    text = _("good for {minutes} more minutes").format(minutes=minutes)
    return (warning("identity", subject, text, remedy) if left < SOON else ok("identity", subject, text),)
