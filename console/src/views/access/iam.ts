// What the console reads of IAM: always as the one who is signed in.
import { aws } from '../../api/client';
import { ApiError } from '../../api/error';
import { allPages } from '../../api/paging';

export interface Tag {
  Key: string;
  Value: string;
}

interface Boundary {
  PermissionsBoundaryArn?: string;
}

export interface User {
  Path: string;
  UserName: string;
  UserId: string;
  Arn: string;
  CreateDate: number;
  PasswordLastUsed?: number;
  PermissionsBoundary?: Boundary;
  Tags?: Tag[];
}

export interface Role {
  Path: string;
  RoleName: string;
  RoleId: string;
  Arn: string;
  CreateDate: number;
  AssumeRolePolicyDocument?: string;
  Description?: string;
  MaxSessionDuration?: number;
  PermissionsBoundary?: Boundary;
  Tags?: Tag[];
  RoleLastUsed?: { LastUsedDate?: number; Region?: string };
}

export interface ManagedPolicy {
  PolicyName: string;
  PolicyId: string;
  Arn: string;
  Path: string;
  DefaultVersionId: string;
  AttachmentCount?: number;
  Description?: string;
  CreateDate?: number;
  UpdateDate?: number;
  Tags?: Tag[];
}

export interface AccessKey {
  AccessKeyId: string;
  Status: string;
  CreateDate: number;
}

export interface KeyUse {
  LastUsedDate?: number;
  ServiceName?: string;
}

export interface LoginProfile {
  CreateDate: number;
  PasswordResetRequired?: boolean;
}

type Paged = { IsTruncated?: boolean; Marker?: string };

// IAM's lists all page the same way: a marker, as long as there is more.
export function list<Item>(operation: string, member: string, input: object, signal?: AbortSignal) {
  return allPages<Item>(async (token) => {
    const page = await aws<Paged & Record<string, unknown>>('iam', operation, { ...input, MaxItems: 1000, Marker: token }, { signal });
    return { items: (page[member] ?? []) as Item[], next: page.IsTruncated ? page.Marker : undefined };
  });
}

export async function get<Item>(operation: string, member: string, input: object, signal?: AbortSignal): Promise<Item> {
  return (await aws<Record<string, unknown>>('iam', operation, input, { signal }))[member] as Item;
}

export async function loginProfile(UserName: string, signal?: AbortSignal): Promise<LoginProfile | undefined> {
  try {
    return await get<LoginProfile>('GetLoginProfile', 'LoginProfile', { UserName }, signal);
  } catch (error) {
    if (error instanceof ApiError && error.code.startsWith('NoSuchEntity')) return undefined;
    throw error;
  }
}

// The inline policies of a user or a role.
export async function inlinePolicies(owner: 'User' | 'Role', name: string, signal?: AbortSignal) {
  const whose = { [`${owner}Name`]: name };
  const { items } = await list<string>(`List${owner}Policies`, 'PolicyNames', whose, signal);
  return Promise.all(
    items.map(async (PolicyName) => ({
      name: PolicyName,
      document: await get<string>(`Get${owner}Policy`, 'PolicyDocument', { ...whose, PolicyName }, signal),
    })),
  );
}

export async function managedDocument(arn: string, version?: string, signal?: AbortSignal): Promise<string> {
  const VersionId =
    version ?? (await get<ManagedPolicy>('GetPolicy', 'Policy', { PolicyArn: arn }, signal)).DefaultVersionId;
  const found = await get<{ Document: string }>('GetPolicyVersion', 'PolicyVersion', { PolicyArn: arn, VersionId }, signal);
  return found.Document;
}
