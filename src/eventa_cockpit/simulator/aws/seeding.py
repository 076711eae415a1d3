"""eventa's AWS resources as they are before a drill: instance, replica, snapshot, distribution, backup buckets."""

from __future__ import annotations

from typing import Any

from moto.cloudfront.models import cloudfront_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.rds.models import rds_backends

from eventa_cockpit.simulator import sites
from eventa_cockpit.simulator.model.database import PARAMETER_GROUP, USUAL_CLASS

PARAMETERS = {
    "slow_query_log": "1",
    "log_output": "FILE",
    "long_query_time": "1",
    "innodb_lock_wait_timeout": "120",
}
"""What the team has set in its parameter group."""


def seed_database() -> None:
    """The primary with one replica and its nightly snapshot."""
    backend = rds_backends[DEFAULT_ACCOUNT_ID][sites.REGION]
    backend.create_db_parameter_group(
        {
            "db_parameter_group_name": PARAMETER_GROUP,
            "db_parameter_group_family": "mysql8.0",
            "description": "eventa",
        }
    )
    settings = [
        {"ParameterName": name, "ParameterValue": value, "Source": "user"} for name, value in PARAMETERS.items()
    ]
    backend.modify_db_parameter_group(PARAMETER_GROUP, settings)
    backend.create_db_instance(
        {
            "db_instance_identifier": sites.INSTANCE,
            "db_instance_class": USUAL_CLASS,
            "engine": "mysql",
            "engine_version": "8.0.39",
            "db_parameter_group_name": PARAMETER_GROUP,
            "allocated_storage": 250,
            "db_name": "eventa",
            "master_username": "eventa",
            "master_user_password": "not-a-real-one",
            "multi_az": True,
            "storage_type": "gp3",
            "storage_encrypted": True,
            "kms_key_id": "alias/aws/rds",
            "backup_retention_period": 7,
            "vpc_security_group_ids": ["sg-0e7e27a0000000001"],
            "tags": [{"Key": "service", "Value": "eventa"}],
        }
    )
    # moto does not know it, and answers what it finds.
    made: Any = backend.databases[sites.INSTANCE]
    made.performance_insights_enabled = True
    backend.create_db_snapshot(sites.INSTANCE, sites.SNAPSHOT)
    backend.create_db_instance_read_replica(
        {"db_instance_identifier": sites.REPLICA, "source_db_instance_identifier": sites.INSTANCE}
    )
    backend.events.clear()


def seed_distribution() -> None:
    """The CDN in front of eventa.app, under a name that the configuration can know beforehand."""
    backend = cloudfront_backends[DEFAULT_ACCOUNT_ID]["aws"]
    config: dict[str, Any] = {
        "CallerReference": "eventa-frontend",
        "Comment": "eventa front end",
        "Enabled": True,
        "Aliases": {"Quantity": 1, "Items": ["eventa.app"]},
        "Origins": {
            "Quantity": 1,
            "Items": [{"Id": "frontend", "DomainName": "origin.eventa.app", "OriginPath": ""}],
        },
        "DefaultCacheBehavior": {"TargetOriginId": "frontend", "ViewerProtocolPolicy": "redirect-to-https"},
    }
    made, _location, _etag = backend.create_distribution(config, [])
    del backend.distributions[made.distribution_id]
    made.id = made.distribution_id = sites.DISTRIBUTION
    made.arn = f"arn:aws:cloudfront::{DEFAULT_ACCOUNT_ID}:distribution/{sites.DISTRIBUTION}"
    backend.distributions[sites.DISTRIBUTION] = made


def seed_buckets() -> None:
    """The backups, and an empty bucket to restore them to."""
    from moto.s3.models import s3_backends

    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for name in (sites.BACKUP_BUCKET, sites.RESTORE_BUCKET):
        backend.create_bucket(name, sites.REGION)
    for day in range(1, 6):
        key = f"daily/tickets-{day:02}.csv"
        backend.put_object(sites.BACKUP_BUCKET, key, b"id,event_id,status\n" * 200 * day)
