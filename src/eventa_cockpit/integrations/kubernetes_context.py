"""Where kubectl would act: the current context of the kubeconfig that a command sees. Nothing is asked."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eventa_cockpit.cleaning import clean_line
from eventa_cockpit.domain.board import FailureKind
from eventa_cockpit.errors import UpstreamError
from eventa_cockpit.locale import _


@dataclass(frozen=True, slots=True)
class KubernetesContext:
    """The current context, as far as it says where it leads."""

    name: str
    cluster: str
    """Its name in the kubeconfig."""
    server: str
    """Address of the API server."""
    namespace: str
    expires_at: datetime | None = None
    """Of the user's token, where it says so."""

    def leads_to(self, cluster: str) -> bool:
        """`cluster` is a name or an address."""
        return cluster.rstrip("/") in (self.cluster, self.server.rstrip("/"))


def current_context(kubeconfig: str) -> KubernetesContext:
    """Blocks; imports kubernetes. An empty `kubeconfig` means kubectl's usual place. Raises UpstreamError."""
    from kubernetes.config import ConfigException, kube_config
    from yaml import YAMLError

    path = kubeconfig or kube_config.KUBE_CONFIG_DEFAULT_LOCATION
    try:
        merged = kube_config.KubeConfigMerger(path).config  # type: ignore[no-untyped-call]
        content = merged.value if merged is not None else {}
        context = _named(content, "contexts", "context", str(content.get("current-context") or ""))
        cluster = _named(content, "clusters", "cluster", str(context.get("cluster") or ""))
        user = _named(content, "users", "user", str(context.get("user") or ""))
    except (ConfigException, YAMLError, OSError, TypeError, AttributeError, KeyError, ValueError) as error:
        # The library walks the file without looking: what is not as it expects surfaces as any of these.
        why = clean_line(str(error) or type(error).__name__)[:200].rstrip(".")
        text = _("The kubeconfig {path} cannot be used: {why}.").format(path=clean_line(path), why=why)
        raise UpstreamError(FailureKind.NOT_CONFIGURED, text) from None
    return KubernetesContext(
        name=clean_line(str(content.get("current-context"))),
        cluster=clean_line(str(context.get("cluster"))),
        server=clean_line(str(cluster.get("server") or "")),
        namespace=clean_line(str(context.get("namespace") or "default")),
        expires_at=token_expiry(str(user.get("token") or "")),
    )


def _named(content: Any, plural: str, singular: str, name: str) -> dict[str, Any]:
    """One entry's own content; raises ValueError when there is none of that name."""
    for node in content.get(plural) or ():
        entry = getattr(node, "value", node)  # the library wraps what it has merged
        if entry.get("name") == name:
            found: dict[str, Any] = entry.get(singular) or {}
            return found
    raise ValueError(f"it has no {singular} {name}" if name else f"no {singular} is chosen in it")


def token_expiry(token: str) -> datetime | None:
    """When a JSON Web Token ends (RFC 7519, `exp`); None for any other token. It is not verified: it is ours."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
