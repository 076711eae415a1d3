"""PromQL over the world's meters: the part of the language that dashboards, alerts and objectives are made of."""
