-- Numbers of tenants' own services, programs and questions. Those of the built-in ones are smaller,
-- and the same on every installation.
CREATE SEQUENCE service_numbers START 100000 INCREMENT BY 20;
